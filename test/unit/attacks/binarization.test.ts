import assert from 'node:assert/strict';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import { createGoal } from '../../../src/attacks/goal.ts';
import { type ImageShape, sizeOf } from '../../../src/data/image.ts';
import { normal } from '../../../src/geometry/randomVector.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { meddle } from '../../support/mutants/meddle.ts';
import { outcomesOf } from '../../support/runs.ts';
import { tanhNetwork } from '../../support/smoothClassifier.ts';

type BoundNorm = 'linf' | 'l2';

/** Windows of Square in l2 have at least three pixels a side: on small images they are all about the same. */
const shapes = {
  small: { height: 4, width: 4, channels: 3 },
  large: { height: 8, width: 8, channels: 1 },
} as const;
type Shape = keyof typeof shapes;
const [features, innerSamples] = [64, 40];
const epsilons = { linf: 8 / 255, l2: 0.5 } as const;
/** How much of the budget the samples that keep the image's class take. */
const innerPart = 0.7;

/** A direction of length 1 in a norm, uniform in the sphere's symmetries. */
function directionIn(norm: BoundNorm, size: number, random: RandomGenerator): number[] {
  if (norm === 'linf') return Array.from({ length: size }, () => (uniformFloat64(random) < 0.5 ? -1 : 1));
  const values = Array.from({ length: size }, () => normal(random));
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** The weights of logistic regression by gradient descent: they part the last row from the others. */
function readout(rows: readonly (readonly number[])[]): number[] {
  const last = rows.at(-1) as readonly number[];
  const centered = rows.slice(0, -1).map((row) => row.map((value, h) => (last[h] as number) - value));
  let weights = last.map(() => 0);
  for (let step = 0; step < 300; step++) {
    const slope = last.map(() => 0);
    for (const row of centered) {
      const part = 1 / (1 + Math.exp(row.reduce((sum, value, h) => sum + value * (weights[h] as number), 0)));
      for (const [h, value] of row.entries()) slope[h] = (slope[h] as number) + part * value;
    }
    weights = weights.map((weight, h) => weight + (slope[h] as number) / centered.length);
  }
  return weights;
}

/**
 * A classifier of two classes on fixed random features, of which an adversarial example within the budget is known:
 * samples well within the budget have the image's class, and one on its edge has the other (Zimmermann et al. 2022,
 * “Increasing confidence in adversarial robustness evaluations”, arXiv:2206.13991).
 */
function problem(
  norm: BoundNorm,
  seed: number,
  shape: ImageShape,
): { classifier: DifferentiableClassifier; image: Float32Array } {
  const size = sizeOf(shape);
  const random = xoroshiro128plus(seed);
  const image = Float32Array.from({ length: size }, () => 0.3 + 0.4 * uniformFloat64(random));
  const inner = Array.from({ length: features }, () =>
    Array.from({ length: size }, () => (3 * normal(random)) / Math.sqrt(size)),
  );
  const biases = inner.map(
    (row) => -row.reduce((sum, weight, i) => sum + weight * (image[i] as number), 0) + 0.5 * normal(random),
  );
  const featuresOf = (x: readonly number[]) =>
    inner.map((row, h) =>
      Math.tanh(row.reduce((sum, weight, i) => sum + weight * (x[i] as number), biases[h] as number)),
    );
  const at = (length: number) => {
    const direction = directionIn(norm, size, random);
    return Array.from(image, (value, i) => value + length * (direction[i] as number));
  };
  const samples = Array.from({ length: innerSamples }, () => at(innerPart * epsilons[norm] * uniformFloat64(random)));
  const rows = [[...image], ...samples, at(epsilons[norm])].map(featuresOf);
  const weights = readout(rows);
  const scores = rows.map((row) => row.reduce((sum, value, h) => sum + value * (weights[h] as number), 0));
  const [most, known] = [Math.max(...scores.slice(0, -1)), scores.at(-1) as number];
  assert.ok(most < known, 'the readout does not part the samples');
  // Nearer to the known example than to the others: few other points are beyond.
  const threshold = most + 0.9 * (known - most);
  // A feature that is always one bears the threshold.
  const one = new Array(size).fill(0);
  const classifier = tanhNetwork(
    [...inner, one],
    [...biases, 20],
    [
      [...weights.map(() => 0), 0],
      [...weights, -threshold],
    ],
    shape,
  );
  return { classifier, image };
}

/** The share of problems for which an attack finds an example within the budget. */
async function solved(
  attack: AttackDefinition,
  norm: BoundNorm,
  parameters: Record<string, unknown> = {},
  shape: Shape = 'small',
): Promise<number> {
  const problems = 20;
  let found = 0;
  for (let seed = 1; seed <= problems; seed++) {
    const { classifier, image } = problem(norm, seed, shapes[shape]);
    const epsilon = attack.fixedBudget ? epsilons[norm] : Infinity;
    const run = { classifier, budget: { norm, epsilon }, parameters, stopAtSuccess: attack.fixedBudget };
    const [outcome] = await outcomesOf(attack, run, [{ image, goal: createGoal(0), seed }]);
    if (outcome?.best?.success && outcome.best.norms[norm] <= epsilons[norm] + 1e-6) found++;
  }
  return found / problems;
}

describe('an adversarial example that is there by construction', () => {
  for (const [id, parameters] of [
    ['ifgsm', {}],
    ['pgd', {}],
    ['mtpgd', {}],
    ['mifgsm', {}],
    ['apgd', { loss: 'ce' }],
    ['apgd', { loss: 'dlr' }],
    ['fab', {}],
    ['deepfool', {}],
    ['cw', { steps: 50 }],
    ['fmn', {}],
    ['auto', {}],
  ] as const) {
    const attack = catalog.get(id) as AttackDefinition;
    for (const norm of ['linf', 'l2'] as const) {
      if (!attack.norms.includes(norm)) continue;
      it(`is found by ${[id, ...Object.values(parameters)].join(', ')} in ${norm}`, async () => {
        const share = await solved(attack, norm, parameters);
        assert.ok(share >= 0.95, `in ${share} of the problems`);
      });
    }
  }

  for (const norm of ['linf', 'l2'] as const) {
    it(`is found by square in ${norm}, in every problem`, async () => {
      const share = await solved(catalog.get('square') as AttackDefinition, norm, { queries: 10_000 }, 'large');
      assert.equal(share, 1);
    });
  }

  for (const id of ['ifgsm', 'apgd', 'deepfool']) {
    const broken = meddle(catalog.get(id) as AttackDefinition, {
      gradient: () => (gradient) => gradient.map((value, i) => (i % 8 === 0 ? value : 0)),
    });
    it(`is missed by ${id} where gradients are lost`, async () => {
      const share = await solved(broken, 'l2');
      assert.ok(share < 0.95, `found in ${share} of the problems`);
    });
  }
});
