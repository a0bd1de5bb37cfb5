import { readLabels } from '../data/readLabels.ts';
import { UserError } from '../userError.ts';
import { findModelFile } from './findModelFile.ts';
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

async function open(source: ModelSource, computing: ModelOptions, secretOf: SecretOf): Promise<OpenedModel> {
  const { path, endpoint, labels, preprocessing, resizing, input, output, enrolled } = source;
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
  if (enrolled === undefined) return format.open(file, options);
  return openVerifier(enrolled, resizing, (embedding, identities) =>
    format.open(file, { ...options, embedding, ...(identities && { classes: identities }) }),
  );
}
