import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import type { Pixels } from '../../../../src/data/image.ts';
import { toBatch } from '../../../../src/defenses/training/accuracy.ts';
import type { DefenseDefinition } from '../../../../src/defenses/training/defenseDefinition.ts';
import type { Trainee } from '../../../../src/defenses/training/trainee.ts';
import { normal } from '../../../../src/geometry/randomVector.ts';
import { softmax } from '../../../../src/models/functional.ts';
import type { Preprocessing } from '../../../../src/models/preprocessing.ts';
import { toLayersClassifier } from '../../../../src/models/tfjs/layersClassifier.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import type { Checks } from '../../../support/checks.ts';
import { conversation, pointsOf } from '../../../support/conversation.ts';
import { fillWeights } from '../../../support/fillWeights.ts';

const shape = { height: 5, width: 5, channels: 3 } as const;
const size = 75;
const classes = 4;
const labels = [2, 0, 3];
/** A power of two, so that a step of it is exact in float32. */
const epsilon = 1 / 16;
const seed = 5;
const preprocessing: Preprocessing = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.25], channels: 'bgr' };

/** Smooth, so that finite differences of the weights meet no kink; two that are the same, since a classifier keeps its own. */
function network(): tfl.LayersModel {
  const { conv2d, flatten, dense } = tfl.layers;
  const convolution = conv2d({ inputShape: [5, 5, 3], filters: 4, kernelSize: 3, activation: 'tanh' });
  return fillWeights(tfl.sequential({ layers: [convolution, flatten(), dense({ units: classes })] }), 3);
}

/** Some of their pixels are black or white, so that an attack has to stay within the range. */
const images: readonly Pixels[] = labels.map((_, image) => {
  const random = xoroshiro128plus(image + 1);
  return Float32Array.from({ length: size }, () =>
    Math.min(1, Math.max(0, Math.fround(1.2 * uniformFloat64(random) - 0.1))),
  );
});

/** A defense, and what it trains. */
export interface TrainingSubject {
  readonly definition: DefenseDefinition;
  readonly Trainee: typeof Trainee;
}

/** Everything that a check asks of a defense: its adversarial images, its loss there, and the gradient of the loss. */
async function study({ definition, Trainee }: TrainingSubject, given: Readonly<Record<string, unknown>>, at = images) {
  const parameters = completeParameters(definition, { epsilon, ...given }, 'quick');
  const objective = await definition.objective(parameters, {});
  const trainee = new Trainee(network(), preprocessing);
  const batch = toBatch({ images: at, labels: labels.slice(0, at.length) }, shape, classes);
  const random = xoroshiro128plus(seed);
  const adversarial = objective.craft?.(trainee, batch, random) ?? batch.images;
  const variables = trainee.model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const loss = () => objective.loss(trainee, batch, adversarial);
  const value = () => tf.tidy(() => loss().dataSync()[0] as number);
  const data = adversarial.dataSync() as Float32Array;
  return { trainee, variables, loss, value, adversarial: at.map((_, i) => data.slice(i * size, (i + 1) * size)) };
}

function classifier() {
  return toLayersClassifier(network(), { input: shape, preprocessing }, 'test');
}

/** −log softmax(z)[label], in float64. */
function crossEntropy(z: ArrayLike<number>, label: number): number {
  return -Math.log(softmax(Float64Array.from(z) as never)[label] as number);
}

async function meanCrossEntropy(at: readonly Pixels[]): Promise<number> {
  const rows = await classifier().logits(at);
  return mean(rows.map((row, i) => crossEntropy(row, labels[i] as number)));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function near(found: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found}, and ${expected} is right`);
}

/** float32 rounding of a random start may move a point by its last bit. */
function samePoints(found: readonly Pixels[], expected: readonly Pixels[]): void {
  for (const [i, point] of expected.entries()) {
    point.forEach((value, k) => {
      near(found[i]?.[k] as number, value, 1e-6, `value ${k} of image ${i}`);
    });
  }
}

/** Steepest ascent of −Σ target log softmax in plain numbers. */
async function ascend(
  image: Pixels,
  start: Pixels,
  target: (clean: Float32Array) => ArrayLike<number>,
  { steps, stepSize }: { steps: number; stepSize: number },
): Promise<Pixels> {
  const model = classifier();
  const project = (value: number, i: number) => {
    const original = image[i] as number;
    return Math.min(1, Math.max(0, Math.min(original + epsilon, Math.max(original - epsilon, value))));
  };
  const [clean] = await model.logits([image]);
  const aim = target(clean as Float32Array);
  let x = start.map(project);
  for (let step = 0; step < steps; step++) {
    const [logits] = await model.logits([x]);
    const weights = softmax(logits as Float32Array).map((p, k) => p - (aim[k] as number));
    const { gradients } = await model.pullback(
      [x],
      [[{ kind: 'weights', output: 'logits', weights: Float32Array.from(weights) }]],
    );
    const gradient = gradients[0]?.[0] as Float32Array;
    x = x.map((value, i) => project(value + stepSize * Math.sign(gradient[i] as number), i));
  }
  return x;
}

const oneHot = (label: number) => Float32Array.from({ length: classes }, (_, k) => (k === label ? 1 : 0));

/** What holds for the loss of every defense here. */
const common = (given: Readonly<Record<string, unknown>>): Checks<TrainingSubject> => ({
  'its adversarial images lie within epsilon and the range': async (subject) => {
    const { adversarial } = await study(subject, given);
    for (const [i, point] of adversarial.entries()) {
      point.forEach((value, k) => {
        assert.ok(value >= 0 && value <= 1, `pixel ${value}`);
        assert.ok(
          Math.abs(value - (images[i]?.[k] as number)) <= epsilon + 1e-6,
          'Math.abs(value - (images[i]?.[k] as number)) <= epsilon + 1e-6',
        );
      });
    }
  },
  'the gradient of its loss is that of finite differences': async (subject) => {
    const { variables, loss, value } = await study(subject, given);
    const { grads } = tf.variableGrads(loss, [...variables]);
    for (const [i, variable] of variables.entries()) {
      const gradient = grads[variable.name] as tf.Tensor;
      const direction = tf.randomUniform(variable.shape, -1, 1, 'float32', 10 + i);
      const at = tf.clone(variable);
      const step = 5e-3 / Math.max(1, Math.sqrt(variable.size));
      const [ahead, behind] = [step, -step].map((length) => {
        variable.assign(tf.add(at, tf.mul(direction, length)));
        return value();
      }) as [number, number];
      variable.assign(at);
      const expected = tf.sum(tf.mul(gradient, direction)).dataSync()[0] as number;
      const scale = tf.norm(gradient).dataSync()[0] as number;
      near((ahead - behind) / (2 * step), expected, 0.03 * scale + 3e-3, variable.name);
    }
  },
});

/** What one of these papers says of its adversarial images and of its loss. */
export const trainingChecks: Readonly<Record<string, Checks<TrainingSubject>>> = {
  goodfellow: {
    'it crafts what FGSM makes': async (subject) => {
      const { adversarial } = await study(subject, {});
      const fgsm = catalog.get('fgsm') as AttackDefinition;
      const expected = await Promise.all(
        images.map(async (image, i) => {
          const goal = createGoal(labels[i] as number);
          const talk = { classifier: classifier(), image, goal, budget: { norm: 'linf', epsilon } as const };
          return pointsOf(await conversation(fgsm, talk), 'propose')[0] as Pixels;
        }),
      );
      samePoints(adversarial, expected);
    },
    'its loss is α J(x) + (1 − α) J(x′)': async (subject) => {
      const { adversarial, value } = await study(subject, { alpha: 0.3 });
      const expected = 0.3 * (await meanCrossEntropy(images)) + 0.7 * (await meanCrossEntropy(adversarial));
      near(value(), expected, 1e-4, 'loss');
    },
    'α is one half where nothing is said': async (subject) => {
      const { adversarial, value } = await study(subject, {});
      const expected = 0.5 * (await meanCrossEntropy(images)) + 0.5 * (await meanCrossEntropy(adversarial));
      near(value(), expected, 1e-4, 'loss');
    },
    ...common({ alpha: 0.3 }),
  },
  madry: {
    'it crafts what PGD makes from a random point': async (subject) => {
      const pgd = catalog.get('pgd') as AttackDefinition;
      for (const [i, image] of images.entries()) {
        // The random numbers of an image are those of the attack only where it is alone in its batch.
        const { adversarial } = await study(subject, { steps: 3, stepSize: 0.5 }, [image]);
        const parameters = { steps: 3, stepSize: epsilon / 2, restarts: 2 };
        const goal = createGoal(labels[0] as number);
        const talk = {
          classifier: classifier(),
          image,
          goal,
          budget: { norm: 'linf', epsilon } as const,
          parameters,
          seed,
        };
        const [, fromRandomPoint] = pointsOf(await conversation(pgd, talk), 'propose');
        assert.ok(fromRandomPoint, `image ${i}`);
        samePoints(adversarial, [fromRandomPoint]);
      }
    },
    'its loss is the cross-entropy of the adversarial images alone': async (subject) => {
      const { adversarial, value } = await study(subject, {});
      near(value(), await meanCrossEntropy(adversarial), 1e-4, 'loss');
    },
    'it takes seven steps of a quarter of epsilon where nothing is said': async (subject) => {
      const [image] = images as [Pixels];
      const { adversarial } = await study(subject, {}, [image]);
      const random = xoroshiro128plus(seed);
      const start = image.map((value) => value + epsilon * (2 * uniformFloat64(random) - 1));
      const options = { steps: 7, stepSize: epsilon / 4 };
      samePoints(adversarial, [await ascend(image, start, () => oneHot(labels[0] as number), options)]);
    },
    ...common({ steps: 3 }),
  },
  fast: {
    'it crafts one step of 1.25 epsilon from a random point': async (subject) => {
      const [image] = images as [Pixels];
      const { adversarial } = await study(subject, {}, [image]);
      const random = xoroshiro128plus(seed);
      const start = image.map((value) => value + epsilon * (2 * uniformFloat64(random) - 1));
      const options = { steps: 1, stepSize: 1.25 * epsilon };
      samePoints(adversarial, [await ascend(image, start, () => oneHot(labels[0] as number), options)]);
    },
    'its loss is the cross-entropy of the adversarial images alone': async (subject) => {
      const { adversarial, value } = await study(subject, {});
      near(value(), await meanCrossEntropy(adversarial), 1e-4, 'loss');
    },
    ...common({}),
  },
  trades: {
    'it crafts what ascends the divergence from a point close by, and looks at no label': async (subject) => {
      const [image] = images as [Pixels];
      const { adversarial } = await study(subject, { steps: 3 }, [image]);
      const random = xoroshiro128plus(seed);
      const start = image.map((value) => value + 0.001 * normal(random));
      samePoints(adversarial, [await ascend(image, start, softmax, { steps: 3, stepSize: epsilon / 4 })]);
    },
    'its loss is CE(x) + β KL(f(x) ‖ f(x′))': async (subject) => {
      const { adversarial, value } = await study(subject, { steps: 3, beta: 2.5 });
      const [clean, attacked] = await Promise.all([images, adversarial].map((at) => classifier().logits(at)));
      const divergences = (clean ?? []).map((row, i) => {
        const [p, q] = [softmax(row), softmax(attacked?.[i] as Float32Array)];
        return p.reduce((sum, share, k) => sum + share * Math.log(share / (q[k] as number)), 0);
      });
      assert.ok(mean(divergences) > 0.01, 'mean(divergences) > 0.01');
      near(value(), (await meanCrossEntropy(images)) + 2.5 * mean(divergences), 1e-3, 'loss');
    },
    ...common({ steps: 3 }),
  },
};
