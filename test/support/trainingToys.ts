import * as tfl from '@tensorflow/tfjs-layers';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { defenses } from '../../src/defenses/training/catalog.ts';
import { Checkpoint, type Fingerprint } from '../../src/defenses/training/checkpoint.ts';
import type { DefenseDefinition } from '../../src/defenses/training/defenseDefinition.ts';
import type { LabeledPixels } from '../../src/defenses/training/objective.ts';
import type { TrainingTask } from '../../src/defenses/training/trainer.ts';
import { noPreprocessing } from '../../src/models/preprocessing.ts';
import { completeParameters } from '../../src/parameters/complete.ts';
import { fillWeights } from './fillWeights.ts';

/** Images of the toys: 8 × 8 gray. */
export const toyShape = { height: 8, width: 8, channels: 1 } as const;

/** A network with everything that has a state in training: normalization, dropout, a softmax, a regularizer. */
export function toyModel(seed = 1): tfl.LayersModel {
  const { conv2d, batchNormalization, activation, maxPooling2d, flatten, dropout, dense } = tfl.layers;
  return fillWeights(
    tfl.sequential({
      layers: [
        conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, kernelRegularizer: 'l1l2' }),
        batchNormalization({ momentum: 0.9 }),
        activation({ activation: 'relu' }),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        dropout({ rate: 0.2 }),
        dense({ units: 3, activation: 'softmax' }),
      ],
    }),
    seed,
  );
}

/** Images of three classes: noise with a bright band at the top, in the middle, or at the bottom. */
export function toySet(count: number, seed = 1): LabeledPixels {
  const random = xoroshiro128plus(seed);
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const images = labels.map((label) =>
    Float32Array.from({ length: 64 }, (_, i) => {
      const inBand = Math.floor(i / 8) >= 3 * label && Math.floor(i / 8) < 3 * label + 2;
      return Math.fround(0.4 * uniformFloat64(random) + (inBand ? 0.5 : 0));
    }),
  );
  return { images, labels };
}

/** What is to be other than in the usual toy; parameters go over the usual ones. */
export interface Change extends Partial<Omit<TrainingTask, 'parameters' | 'definition'>> {
  readonly definition?: DefenseDefinition;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly fingerprint?: Fingerprint;
}

/** A training of a toy: three epochs of six steps. */
export function toyTask(
  folder: string,
  { definition = defenses.get('madry') as DefenseDefinition, parameters = {}, fingerprint = {}, ...rest }: Change = {},
): TrainingTask {
  return {
    definition,
    parameters: completeParameters(
      definition,
      {
        epsilon: 0.1,
        epochs: 3,
        batchSize: 8,
        learningRate: 0.01,
        ...(Object.hasOwn(definition.parameters, 'steps') && { steps: 2 }),
        ...parameters,
      },
      'quick',
    ),
    model: toyModel(),
    input: toyShape,
    classes: 3,
    preprocessing: noPreprocessing,
    training: toySet(50),
    validation: toySet(12, 2),
    seed: 7,
    checkpoint: new Checkpoint(folder, fingerprint),
    craft: async () => [],
    signal: new AbortController().signal,
    onProgress: () => {},
    ...rest,
  };
}

/** All weights of a model, as bytes. */
export function weightsOf(model: tfl.LayersModel): string {
  const parts = model.getWeights().map((weight) => Buffer.from(weight.dataSync().slice().buffer));
  return Buffer.concat(parts).toString('hex');
}
