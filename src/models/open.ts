import { readLabels } from '../data/readLabels.ts';
import { UserError } from '../userError.ts';
import type { StatedBeside } from './beside/statedBeside.ts';
import { withStated } from './beside/withStated.ts';
import { WrongClassCount } from './classCount.ts';
import { findModelFile } from './findModelFile.ts';
import type { ModelFormat, OpenOptions } from './format.ts';
import type { OpenedModel } from './openedModel.ts';
import type { ModelOptions } from './options.ts';
import { statedSize } from './preprocessing.ts';
import { type SecretOf, secretInEnvironment } from './remote/secret.ts';
import type { ModelSource } from './source.ts';
import { openVerifier } from './verification/openVerifier.ts';

/**
 * Opens the model at a path as a classifier, whose name tells the format, or that of an endpoint.
 * @param computing how to compute it.
 * @param secretOf finds the secrets that endpoints name.
 * @throws UserError when it does not exist, is damaged, has a format that is not supported, or cannot be asked.
 */
export async function openModel(
  source: ModelSource,
  computing: ModelOptions = {},
  secretOf: SecretOf = secretInEnvironment,
): Promise<OpenedModel> {
  const { path } = source;
  return open(source, computing, secretOf).catch((error: unknown) => {
    // Errors in a network are found where its file is no longer known.
    const isNameless = error instanceof UserError && !error.message.includes(path);
    throw isNameless ? new UserError(`${path}: ${error.message}`, { cause: error }) : error;
  });
}

async function open(given: ModelSource, computing: ModelOptions, secretOf: SecretOf): Promise<OpenedModel> {
  const { source, beside } = await withStated(given);
  const { path, endpoint, labels, preprocessing, resizing, input, output, enrolled } = source;
  const stated = enrolled === undefined ? beside?.classes : undefined;
  const classes = labels === undefined ? undefined : await readLabels(labels);
  if (endpoint !== undefined) {
    const { openRemoteModel } = await import('./remote/openRemoteModel.ts');
    return openRemoteModel({ ...source, endpoint }, classes, secretOf);
  }
  const { file, format } = await findModelFile(path);
  const size = resizing && statedSize(resizing);
  const options = {
    ...computing,
    ...(preprocessing && { preprocessing }),
    ...(classes && { classes }),
    ...(size && { size }),
    ...(input && { input }),
    ...(output !== undefined && { output }),
  };
  if (enrolled === undefined) return withNotes(await openWith(format, file, options, stated), beside);
  const opened = await openVerifier(enrolled, resizing, (embedding, identities) =>
    format.open(file, { ...options, embedding, ...(identities && { classes: identities }) }),
  );
  return withNotes(opened, beside);
}

/** @param stated class names from a file next to the model, which may be about another one. */
async function openWith(
  format: ModelFormat,
  file: string,
  options: OpenOptions,
  stated: readonly string[] | undefined,
): Promise<OpenedModel> {
  if (options.classes) return openLabeled(format, file, options, options.classes);
  if (stated === undefined) return format.open(file, options);
  try {
    const opened = await format.open(file, { ...options, classes: stated });
    return { ...opened, notes: [...opened.notes, 'class names come from config.json'] };
  } catch (error) {
    if (!(error instanceof WrongClassCount)) throw error;
    const opened = await format.open(file, options);
    const { length } = opened.classifier.classes;
    const note = `config.json names ${stated.length} classes, but the model has ${length}: its names are not used`;
    return { ...opened, notes: [...opened.notes, note] };
  }
}

/** Lists for TensorFlow's models of ImageNet begin with "background", which those of others lack. */
async function openLabeled(
  format: ModelFormat,
  file: string,
  options: OpenOptions,
  [first, ...others]: readonly string[],
): Promise<OpenedModel> {
  try {
    return await format.open(file, options);
  } catch (error) {
    if (!(error instanceof WrongClassCount) || first?.toLowerCase() !== 'background') throw error;
    const opened = await format.open(file, { ...options, classes: others }).catch(() => {
      throw error;
    });
    return { ...opened, notes: [...opened.notes, `the model has no class for "${first}", the first of its labels`] };
  }
}

function withNotes(opened: OpenedModel, beside: StatedBeside | undefined): OpenedModel {
  if (beside === undefined) return opened;
  return { ...opened, files: [...opened.files, ...beside.files], notes: [...opened.notes, ...beside.notes] };
}
