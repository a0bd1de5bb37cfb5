import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import { writeError } from '../../data/fileErrors.ts';
import { replaceFile } from '../../data/replaceFile.ts';
import type { OpenedModel } from '../../models/openedModel.ts';
import { readLayersModel } from '../../models/tfjs/readLayersModel.ts';
import { hide } from '../../secrets.ts';
import { writeDetector } from '../detectors/detectorFile.ts';
import type { DefensePlan } from '../plan.ts';
import { type DataFacts, type DefenseCard, describeCard, warningsOn } from './card.ts';
import type { CommonParameters } from './commonParameters.ts';
import type { DefenseDefinition } from './defenseDefinition.ts';
import { exportModel } from './exportModel.ts';
import type { DefenseReport } from './report.ts';
import type { Trained } from './trainer.ts';

/** Written last. */
const cardFile = 'card.json';

/** What is known about a hardened model. */
export interface Facts {
  readonly plan: DefensePlan;
  readonly definition: DefenseDefinition;
  readonly parameters: CommonParameters & Record<string, unknown>;
  /** The given model, and its layers. */
  readonly opened: Pick<OpenedModel, 'classifier' | 'preprocessing' | 'sha256'>;
  readonly model: tfl.LayersModel;
  readonly trained: Trained;
  readonly training: DataFacts;
  readonly validation: DataFacts;
  readonly engine: string;
}

/**
 * Writes a hardened model into the plan's folder: `model.json` with its weights, `model.onnx`, `labels.txt` if the
 * model has labels, a detector if the defense has one, `card.md`, and `card.json` last: a folder with a card is
 * complete.
 * @throws UserError when the folder cannot be written.
 */
export async function writeHardened(facts: Facts): Promise<DefenseReport> {
  const { plan, definition, parameters, opened, trained, training, validation, engine } = facts;
  const { classifier, preprocessing, sha256 } = opened;
  const { before, points, images, seconds } = trained;
  const { epoch, cleanAccuracy, robustAccuracy } = trained.after;
  const after = { cleanAccuracy, robustAccuracy };
  await makeFolder(plan.path);
  const hardened = toClassifier(facts);
  const classes = { names: classifier.classes, areLabeled: plan.model.labels !== undefined };
  const exported = await exportModel(hardened, plan.path, preprocessing, classes);
  await writeItsDetector(facts, exported.model);
  const summary = {
    name: plan.name,
    kind: plan.kind,
    title: definition.title,
    before,
    after,
    points,
    warnings: [...warningsOn(before, after), ...exported.warnings],
    time: Math.round(seconds * 1000) / 1000,
  };
  const stated: DefenseCard = {
    version: 1,
    ...summary,
    source: definition.source,
    limits: definition.limits,
    preset: plan.preset,
    parameters,
    seed: plan.seed,
    original: { name: plan.model.name, path: plan.model.path, sha256 },
    preprocessing,
    training: { ...training, trainedOn: images },
    validation,
    epoch,
    engine,
    date: new Date().toISOString(),
  };
  const card = hide(stated, plan.secrets);
  await replaceFile(path.join(plan.path, 'card.md'), describeCard(card));
  await replaceFile(path.join(plan.path, cardFile), `${JSON.stringify(card, undefined, 2)}\n`);
  return {
    ...summary,
    model: exported.model,
    ...(exported.onnx !== undefined && { onnx: exported.onnx }),
    card: path.join(plan.path, cardFile),
  };
}

/** Makes the folder, or takes the card from one that is there, as it is no longer complete. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await rm(path.join(folder, cardFile), { force: true });
  } catch (error) {
    throw writeError(folder, error);
  }
}

/** What is written as model.json: the given model with its new weights, or the first output of an extended network. */
function toClassifier({ definition, model, trained: { network } }: Facts): tfl.LayersModel {
  if (definition.extend) {
    return tfl.model({ inputs: network.inputs, outputs: network.outputs[0] as tfl.SymbolicTensor });
  }
  model.setWeights(network.getWeights());
  return model;
}

/** Writes the detector that was trained with the model, if any, bound to the model's file. */
async function writeItsDetector({ plan, definition, parameters, trained }: Facts, file: string): Promise<void> {
  const detector = definition.detector?.(parameters, trained.prepared);
  if (detector === undefined) return;
  const { model, sha256 } = await readLayersModel(file);
  model.dispose();
  const { kind, threshold, seen, state } = detector;
  const facts = { kind, threshold, seen, model: { name: plan.name, sha256 }, preset: plan.preset };
  // Its threshold is that of its paper: no rate was requested, and no spread of scores was measured.
  await writeDetector(plan.path, { ...facts, parameters: {}, scale: 1, falsePositiveRate: 0 }, state);
}
