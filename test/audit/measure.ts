import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Audit, audit } from '../../src/audit/audit.ts';
import type { Pixels } from '../../src/data/image.ts';
import type { StoredImage } from '../../src/data/storedImage.ts';
import { computingOf } from '../../src/engine/computing.ts';
import { type Attacked, evaluate } from '../../src/evaluation/evaluate.ts';
import type { TestPlan } from '../../src/evaluation/plan.ts';
import type { Round } from '../../src/evaluation/round.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { configureTensorFlow, startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { registerFilterGradients, replaceInputGradient } from '../../src/models/tfjs/training/filterGradients.ts';
import { victimOf } from '../../src/runner/victim.ts';
import { imageOf } from '../support/plans.ts';
import { type CollectionName, imageShape, readCollection } from './images.ts';

/** Starts TensorFlow.js for training, natively where it is installed. @returns the name of the engine. */
export async function startTraining(): Promise<string> {
  const cache = path.join(import.meta.dirname, '..', '..', '.cache', 'tensorflow');
  configureTensorFlow({ ...(existsSync(cache) && { folder: cache }), ...computingOf(process.env).tensorflow });
  const { kind, name } = await startTensorFlow();
  if (kind === 'wasm') {
    registerFilterGradients();
    replaceInputGradient();
  }
  return name;
}

/** Many images as a tensor. */
export function toTensor(images: readonly Pixels[]): tf.Tensor4D {
  const { height, width, channels } = imageShape;
  return tf.tensor4d(new Float32Array(images.flatMap((image) => [...image])), [images.length, height, width, channels]);
}

type Loss = 'categoricalCrossentropy' | ((targets: tf.Tensor, outputs: tf.Tensor) => tf.Tensor);

/**
 * Fits a network.
 * @param targets a row of probabilities for each image.
 * @param loss that of a network that ends in a softmax where it is missing.
 */
export async function trainNetwork(
  network: LayersModel,
  images: readonly Pixels[],
  targets: tf.Tensor2D,
  epochs: number,
  loss: Loss = 'categoricalCrossentropy',
): Promise<void> {
  network.compile({ optimizer: tf.train.adam(0.002), loss });
  const x = toTensor(images);
  await network.fit(x, targets, { epochs, batchSize: 32, shuffle: false, verbose: 0 });
  x.dispose();
}

/** A row for each label that is 1 at its place. */
export function oneHot(labels: readonly number[]): tf.Tensor2D {
  return tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d([...labels], 'int32'), 10), 'float32') as tf.Tensor2D);
}

/** Images that no network was trained on. */
export function heldOut(name: CollectionName, count: number): StoredImage[] {
  const { images, labels } = readCollection(name, 't10k', count);
  return images.map((pixels, i) => imageOf(pixels, labels[i], `${name} ${i}`));
}

/** What a test and its audit came to. */
export interface Audited extends Audit {
  readonly rounds: readonly Round[];
  /** How long the attack took, and how long its audit. */
  readonly seconds: readonly [attack: number, audit: number];
}

/** Runs a test and its audit. @throws UserError where the test is errored. */
export async function runAudited(
  plan: TestPlan,
  classifier: DifferentiableClassifier,
  images: readonly StoredImage[],
  {
    surrogates = [],
    exhaustive = false,
  }: { surrogates?: readonly DifferentiableClassifier[]; exhaustive?: boolean } = {},
): Promise<Audited> {
  const start = performance.now();
  const judge = victimOf(classifier);
  const attacked: Attacked[] = [];
  const rounds = await evaluate(plan, {
    judge,
    opponents: [{ victims: [judge] }],
    images,
    onExample() {},
    onAttacked: (all) => void attacked.push(all),
  });
  const ended = performance.now();
  const options = { ...(attacked[0] as Attacked), surrogates: surrogates.map(victimOf), exhaustive };
  const found = await audit(plan, options);
  return { rounds, ...found, seconds: [(ended - start) / 1000, (performance.now() - ended) / 1000] };
}

/** Puts a part of results.md, from its title to the next one, in place of what was there. */
export async function writeResults(title: string, lines: readonly string[]): Promise<void> {
  const file = path.join(import.meta.dirname, 'results.md');
  const parts = (await readFile(file, 'utf8')).split(/^(?=## )/m);
  const own = `## ${title}\n\n${lines.join('\n').trim()}\n`;
  const at = parts.findIndex((part) => part.startsWith(`## ${title}\n`));
  const others = at < 0 ? [...parts, own] : parts.with(at, own);
  await writeFile(file, `${others.map((part) => part.trim()).join('\n\n')}\n`);
}
