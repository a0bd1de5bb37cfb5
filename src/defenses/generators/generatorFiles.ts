import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import { Check, Errors } from 'typebox/value';
import { readError, writeError } from '../../data/fileErrors.ts';
import type { ImageShape } from '../../data/image.ts';
import { replaceFile } from '../../data/replaceFile.ts';
import { readLayersModel } from '../../models/tfjs/readLayersModel.ts';
import { writeLayersModel } from '../../models/tfjs/training/writeLayersModel.ts';
import { hide } from '../../secrets.ts';
import { UserError } from '../../userError.ts';
import type { GeneratorPlan } from '../plan.ts';
import type { DataFacts } from '../training/card.ts';
import type { LabeledPixels } from '../training/objective.ts';
import { describeCard, type GeneratorCard, type GeneratorFacts, generatorFacts } from './card.ts';
import { leastDiversity } from './diversity.ts';
import { exportedGraph } from './exportedGraph.ts';
import type { GeneratorDefinition, GeneratorParameters, Measured } from './generatorDefinition.ts';
import type { Played } from './playGame.ts';
import type { GeneratorReport } from './report.ts';
import { sampleSheet } from './sampleSheet.ts';

const [cardFile, onnxFile, sheetFile] = ['card.json', 'generator.onnx', 'samples.png'];

/** Our files in the folder of a generator. */
export const generatorContents = ['model.json', 'weights.bin', onnxFile, sheetFile, 'card.md', cardFile, 'checkpoint'];

/** What is known about a generator that was trained. */
interface Facts {
  readonly plan: GeneratorPlan;
  readonly definition: GeneratorDefinition;
  readonly parameters: GeneratorParameters & Record<string, unknown>;
  readonly original: GeneratorFacts['original'];
  readonly surrogate?: NonNullable<GeneratorFacts['surrogate']>;
  readonly input: ImageShape;
  readonly generator: tfl.LayersModel;
  readonly played: Played;
  /** What it draws, where it draws from random numbers. */
  readonly drawn?: LabeledPixels | undefined;
  readonly training: DataFacts;
  /** Validation images. */
  readonly validation: number;
  readonly engine: string;
}

/**
 * Writes a generator into the plan's folder; `card.json` comes last: a folder with a card is complete.
 * @throws UserError when the folder cannot be written.
 */
export async function writeGenerator(facts: Facts): Promise<GeneratorReport> {
  const { plan, definition, parameters, original, surrogate, input, generator } = facts;
  const { played, drawn, training, validation, engine } = facts;
  const card = path.join(plan.path, cardFile);
  try {
    await mkdir(plan.path, { recursive: true });
    await rm(card, { force: true });
  } catch (error) {
    throw writeError(plan.path, error);
  }
  const model = await writeLayersModel(generator, plan.path);
  const written = await readLayersModel(model);
  written.model.dispose();
  const onnx = path.join(plan.path, onnxFile);
  await replaceFile(onnx, exportedGraph(generator, boundOf(definition, parameters)));
  const samples = drawn && path.join(plan.path, sheetFile);
  if (drawn && samples) await replaceFile(samples, await sampleSheet(drawn, input));
  const { epoch: _, ...measured } = played.points.findLast(({ loss }) => loss === undefined) ?? { epoch: 0 };
  const summary = {
    name: plan.name,
    kind: plan.kind,
    title: definition.title,
    validation,
    ...measured,
    points: played.points,
    warnings: warningsOn(definition, measured),
    time: Math.round(played.seconds * 1000) / 1000,
  };
  const stated: GeneratorCard = {
    format: 'perturb-generator',
    version: 1,
    ...summary,
    source: definition.source,
    preset: plan.preset,
    parameters,
    seed: plan.seed,
    original,
    ...(surrogate && { surrogate }),
    ...(plan.target !== undefined && { target: plan.target }),
    input: { height: input.height, width: input.width, channels: input.channels },
    sha256: written.sha256,
    training,
    engine,
    date: new Date().toISOString(),
  };
  const hidden = hide(stated, plan.secrets);
  await replaceFile(path.join(plan.path, 'card.md'), describeCard(hidden));
  await replaceFile(card, `${JSON.stringify(hidden, undefined, 2)}\n`);
  return { ...summary, model, onnx, ...(samples && { samples }), card };
}

/** How far changes go, of which tanh is at most 1; none where there is no image to change. */
function boundOf({ makes }: GeneratorDefinition, { epsilon }: Facts['parameters']): number | undefined {
  return makes === 'samples' ? undefined : makes === 'adversarial' ? (epsilon as number) : 1;
}

function warningsOn({ makes }: GeneratorDefinition, measured: Measured): string[] {
  const { cleanAccuracy = 1, robustAccuracy = 0, diversity = 1 } = measured;
  if (makes === 'adversarial' && robustAccuracy >= 0.9 * cleanAccuracy) {
    return [
      'The model gets nearly as many validation images right as without it. Train it for more epochs, on more images, or with a larger "epsilon".',
    ];
  }
  if (makes === 'samples' && diversity < leastDiversity) {
    return [
      `The generator has collapsed: samples of a class differ only ${diversity.toFixed(2)} times as much as real images do. Train it with another "seed", a smaller "learningRate", or more images.`,
    ];
  }
  return [];
}

/**
 * What is known of a generator that was written.
 * @throws UserError when it is missing, incomplete, or damaged.
 */
export async function readGeneratorFacts(folder: string): Promise<GeneratorFacts> {
  const file = path.join(folder, cardFile);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw readError(file, error);
    throw new UserError(
      `${folder}: there is no generator. Train it: "Perturb: Train Generator…", or perturb train WORKSPACE --generator NAME.`,
    );
  });
  return parse(file, text);
}

function parse(file: string, text: string): GeneratorFacts {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not valid JSON (${(error as Error).message}). Train the generator again.`);
  }
  if (Check(generatorFacts, content)) return content;
  const [first] = Errors(generatorFacts, content);
  throw new UserError(
    `${file} is not the card of a generator${first ? `: ${first.instancePath || 'it'} ${first.message}` : ''}. Train the generator again.`,
  );
}
