import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import Type from 'typebox';
import { Check, Errors } from 'typebox/value';
import { readError, writeError } from '../../data/fileErrors.ts';
import { readNpz, writeNpz } from '../../data/npz.ts';
import { replaceFile } from '../../data/replaceFile.ts';
import type { DifferentiableClassifier } from '../../models/classifier.ts';
import { type Preset, presets } from '../../parameters/parameter.ts';
import { parametersSchema } from '../../parameters/schema.ts';
import { UserError } from '../../userError.ts';
import type { Threshold } from '../guard/guardedVictim.ts';
import { detectors } from './catalog.ts';
import type { Detector } from './detector.ts';
import type { DetectorDefinition, DetectorState } from './detectorDefinition.ts';

const jsonFile = 'detector.json';
const arraysFile = 'detector.npz';

/** The files of a detector. */
export const detectorFiles = [jsonFile, arraysFile];

const schema = Type.Object({
  format: Type.Literal('perturb-detector'),
  version: Type.Literal(1),
  kind: Type.String(),
  model: Type.Object({ name: Type.String(), sha256: Type.String() }),
  preset: Type.Enum(presets),
  parameters: Type.Record(Type.String(), Type.Unknown()),
  threshold: Type.Number(),
  scale: Type.Number({ exclusiveMinimum: 0 }),
  falsePositiveRate: Type.Number({ minimum: 0, maximum: 1 }),
  seen: Type.Array(Type.String()),
  values: Type.Record(Type.String(), Type.Unknown()),
});

/** What is stored about a detector, besides its state. */
export interface DetectorFacts extends Threshold {
  /** Id in the catalog. */
  readonly kind: string;
  /** The model that it was made for. */
  readonly model: { readonly name: string; readonly sha256: string };
  /** All parameters, and the preset for those that were not given. */
  readonly preset: Preset;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Fraction of clean images that the threshold was set to reject. */
  readonly falsePositiveRate: number;
  /** Ids of the attacks whose examples it learned from. */
  readonly seen: readonly string[];
}

/** A detector that was read, bound to its model. */
export interface OpenedDetector extends DetectorFacts {
  readonly definition: DetectorDefinition;
  readonly detector: Detector;
}

/**
 * Writes a detector as `detector.json` and, for large arrays, `detector.npz` into a folder, which is created if
 * missing. An existing detector is replaced.
 * @param report the result of fitting it, kept for people.
 * @returns the path of detector.json.
 * @throws UserError when the folder cannot be written.
 */
export async function writeDetector(
  folder: string,
  facts: DetectorFacts,
  { values, arrays }: DetectorState,
  report?: object,
): Promise<string> {
  const file = path.join(folder, jsonFile);
  const content = { format: 'perturb-detector', version: 1, ...facts, values, report };
  try {
    await mkdir(folder, { recursive: true });
    // A process that is killed in between leaves no detector, and none with the numbers of another one.
    await rm(file, { force: true });
    await writeNpz(path.join(folder, arraysFile), arrays);
    await replaceFile(file, `${JSON.stringify(content, null, 2)}\n`);
  } catch (error) {
    throw writeError(folder, error);
  }
  return file;
}

/**
 * Reads a model's detector from a folder.
 * @param sha256 of the model's files.
 * @throws UserError when it is missing or damaged, or was made for another model.
 */
export async function openDetector(
  folder: string,
  classifier: DifferentiableClassifier,
  sha256: string,
): Promise<OpenedDetector> {
  const file = path.join(folder, jsonFile);
  const { values, kind, model, preset, parameters, threshold, scale, falsePositiveRate, seen } = await readFacts(file);
  const facts = { kind, model, preset, parameters, threshold, scale, falsePositiveRate, seen };
  if (facts.model.sha256 !== sha256) {
    throw new UserError(
      `${file} was made for another model: "${facts.model.name}", whose files have the SHA-256 ${facts.model.sha256.slice(0, 12)}…; those of this model have ${sha256.slice(0, 12)}…. A detector works only for the model that it was trained with: train it again.`,
    );
  }
  const definition = detectors.get(facts.kind);
  if (definition === undefined) {
    throw new UserError(`${file}: there is no kind of detector named "${facts.kind}". Train it again.`);
  }
  const { parameters: own } = definition;
  const isComplete = Object.keys(own).every((name) => Object.hasOwn(parameters, name));
  if (!isComplete || !Check(parametersSchema(own), parameters)) {
    throw new UserError(`${file} is damaged: its parameters are not those of "${kind}". Train the detector again.`);
  }
  const arrays = await readNpz(path.join(folder, arraysFile));
  const detector = await definition
    .bind({ values, arrays: arrays as DetectorState['arrays'] }, facts.parameters, classifier)
    .catch((error: unknown) => {
      throw error instanceof UserError ? new UserError(`${file}: ${error.message}`, { cause: error }) : error;
    });
  return { ...facts, definition, detector };
}

async function readFacts(file: string): Promise<Type.Static<typeof schema>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw readError(file, error);
    throw new UserError(
      `${file}: there is no such detector. Train it: "Perturb: Train Detector…", or perturb train WORKSPACE --detector NAME.`,
    );
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not valid JSON (${(error as Error).message}). Train the detector again.`);
  }
  if (Check(schema, content)) return content;
  const [first] = Errors(schema, content);
  throw new UserError(
    `${file} is damaged${first ? `: ${first.instancePath || 'it'} ${first.message}` : ''}. Train the detector again.`,
  );
}
