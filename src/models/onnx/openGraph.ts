import { stat } from 'node:fs/promises';
import { UserError } from '../../userError.ts';
import { hashFiles } from '../hashFiles.ts';
import type { OpenedModel } from '../openedModel.ts';
import { noPreprocessing } from '../preprocessing.ts';
import { classLabelsIn } from './graph/classLabels.ts';
import { labelsIn, normalizationIn } from './graph/metadata.ts';
import { normalizeModel } from './graph/normalizeModel.ts';
import type { ReadModel } from './graph/readModel.ts';
import { startRuntime } from './session/runtime.ts';
import type { Runtime, RuntimeOptions } from './session/session.ts';
import { type ClassifierOptions, toClassifier } from './session/toClassifier.ts';

/**
 * Opens a model that has been read as an ONNX graph. Whatever the options leave out is taken from its metadata.
 * @throws UserError when it is not an image classifier.
 */
export async function openGraph(
  { files, ...model }: ReadModel,
  options: ClassifierOptions & RuntimeOptions,
): Promise<OpenedModel> {
  const notes: string[] = [];
  const inFile = options.preprocessing ? undefined : normalizationIn(model.metadata);
  if (inFile) notes.push('mean and standard deviation come from the model’s metadata');
  const preprocessing = options.preprocessing ?? { ...noPreprocessing, ...inFile };
  const namesInFile = options.classes ? undefined : (labelsIn(model.metadata) ?? classLabelsIn(model.graph));
  const normalized = normalizeModel(model, options.output, notes);
  const runtime = guarded(await startRuntime(options), await stampsOf(files));
  const [classifier, sha256] = await Promise.all([
    toClassifier(
      runtime,
      normalized,
      { ...options, preprocessing, ...(namesInFile && { namesInFile }) },
      undefined,
      notes,
    ),
    hashFiles(files),
  ]);
  return { classifier, preprocessing, sha256, files, notes };
}

type Stamps = ReadonlyMap<string, string>;

async function stampsOf(files: readonly string[]): Promise<Stamps> {
  return new Map(await Promise.all(files.map(async (file) => [file, await stampOf(file)] as const)));
}

async function stampOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return `${found?.mtimeMs} ${found?.size}`;
}

/** Sessions read weights from the model's files, and are created when needed: the files must not have changed. */
function guarded(runtime: Runtime, stamps: Stamps): Runtime {
  return {
    ...runtime,
    async open(model, options) {
      for (const [file, stamp] of stamps) {
        if ((await stampOf(file)) !== stamp) {
          throw new UserError(`${file} was changed while it was being tested. Run the test again.`);
        }
      }
      return runtime.open(model, options);
    },
  };
}
