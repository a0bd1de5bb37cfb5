import assert from 'node:assert/strict';
import fc from 'fast-check';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import { propose } from '../../../src/attacks/dialogue.ts';
import { createGoal } from '../../../src/attacks/goal.ts';
import { isOnGrid, valueAt } from '../../../src/data/grid.ts';
import { distances, type Norm } from '../../../src/geometry/norms.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { outcomesOf } from '../../support/runs.ts';
import { tanhNetwork } from '../../support/smoothClassifier.ts';
import { toyAttack } from '../../support/toyAttack.ts';

const shape = { height: 1, width: 3, channels: 1 } as const;
const goal = createGoal(0);
const slope = fc.integer({ min: -16, max: 16 }).filter((value) => Math.abs(value) >= 4);
const level = fc.integer({ min: 60, max: 195 });
const three = <T>(item: fc.Arbitrary<T>) => fc.tuple(item, item, item);

/** Two classes on three values; class 0 leads at the image by `lead`. */
function twoClasses(weights: readonly number[], image: Float32Array, lead: number) {
  const there = weights.reduce((sum, weight, i) => sum + weight * (image[i] as number), 0);
  return linearClassifier([[0, 0, 0], [...weights]], [lead + there, 0], shape);
}

/** The least norm of all gray levels of three values at which class 1 is the prediction. */
async function leastOnGrid(
  classifier: ReturnType<typeof twoClasses>,
  weights: readonly number[],
  image: Float32Array,
  norm: Norm,
): Promise<number> {
  let least = Infinity;
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) {
      // In the third value the answer changes once; it is looked for from both ends by halves.
      const rising = (weights[2] as number) > 0;
      let [low, high] = [-1, 256];
      while (high - low > 1) {
        const c = (low + high) >> 1;
        const point = Float32Array.of(valueAt(a), valueAt(b), valueAt(rising ? c : 255 - c));
        const [logits] = await classifier.logits([point]);
        if ((logits?.[1] as number) > (logits?.[0] as number)) high = c;
        else low = c;
      }
      if (high > 255) continue;
      // The nearest that succeeds: the edge, or the image's own level where that is beyond it.
      const own = Math.round(255 * (image[2] as number));
      const edge = rising ? Math.max(high, own) : Math.min(255 - high, own);
      const point = Float32Array.of(valueAt(a), valueAt(b), valueAt(edge));
      least = Math.min(least, distances(image, point, 1)[norm]);
    }
  }
  return least;
}

describe('the search on the grid', () => {
  for (const [id, norm] of [
    ['deepfool', 'l2'],
    ['deepfool', 'linf'],
    ['fmn', 'l1'],
    ['fmn', 'l0'],
  ] as const) {
    // It asks for 1 % more than what is missing, which whole gray levels make up to 2 %, and the last of them may be too much.
    it(`comes within 2 % and one gray level of the nearest of all grid points: ${id} in ${norm}`, () =>
      fc.assert(
        fc.asyncProperty(three(level), three(slope), fc.integer({ min: 2, max: 6 }), async (levels, slopes, lead) => {
          const image = Float32Array.from(levels, valueAt);
          const weights = slopes.map((value) => value / 4);
          const classifier = twoClasses(weights, image, lead / 16);
          const run = { classifier, budget: { norm, epsilon: Infinity }, quantize: true, stopAtSuccess: false };
          const [outcome] = await outcomesOf(catalog.get(id) as AttackDefinition, run, [{ image, goal, seed: 1 }]);
          const best = outcome?.best ?? assert.fail();
          assert.ok(best.success && isOnGrid(best.point));
          const least = await leastOnGrid(classifier, weights, image, norm);
          const most = 1.02 * least + valueAt(1) + 1e-6;
          assert.ok(best.norms[norm] <= most, `${best.norms[norm]} where ${least} is enough`);
        }),
        { numRuns: 6 },
      ));
  }

  for (const [id, norm] of [
    ['deepfool', 'l2'],
    ['deepfool', 'linf'],
    ['fmn', 'linf'],
    ['fmn', 'l2'],
  ] as const) {
    it(`finds an example for each of 100 images that are fainter than a gray level from the boundary: ${id} in ${norm}`, async () => {
      const random = xoroshiro128plus(7);
      const draw = (low: number, high: number) => uniformInt(random, low, high);
      const size = { height: 8, width: 8, channels: 1 } as const;
      const weights = Array.from({ length: 64 }, () => draw(-64, 64) / 64);
      const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight ** 2, 0));
      for (let k = 0; k < 100; k++) {
        const image = Float32Array.from({ length: 64 }, () => valueAt(draw(20, 235)));
        const there = weights.reduce((sum, weight, i) => sum + weight * (image[i] as number), 0);
        // The boundary is up to half a gray level away in l2, of which no value gets as much.
        const lead = ((1 + (k % 50)) / 100 / 255) * length;
        const classifier = linearClassifier([weights.map(() => 0), weights], [there + lead, 0], size);
        const run = { classifier, budget: { norm, epsilon: Infinity }, quantize: true, stopAtSuccess: false };
        const [outcome] = await outcomesOf(catalog.get(id) as AttackDefinition, run, [{ image, goal, seed: k }]);
        assert.ok(outcome?.succeededOffGrid, `image ${k} is not fooled off the grid`);
        assert.ok(outcome.best?.success && isOnGrid(outcome.best.point), `image ${k} is not fooled on the grid`);
      }
    });
  }

  it('keeps success on a curved model where rounding alone would lose it', async () => {
    // Success in a thin shell of directions: the off-grid point is far inside a gray level.
    const image = Float32Array.of(valueAt(128), valueAt(128), valueAt(128));
    const classifier = tanhNetwork([[9, 7, -5]], [-5.56], [[0.05], [1]], shape);
    const run = {
      classifier,
      budget: { norm: 'l2', epsilon: Infinity },
      quantize: true,
      stopAtSuccess: false,
    } as const;
    const [outcome] = await outcomesOf(catalog.get('deepfool') as AttackDefinition, run, [{ image, goal, seed: 1 }]);
    assert.ok(outcome?.best?.success);
    assert.ok(isOnGrid(outcome.best.point));
  });

  it('stretches the perturbation where there are no gradients to follow', async () => {
    const image = Float32Array.of(valueAt(100), valueAt(100), valueAt(100));
    const weights = [1, 0.5, 0.25];
    const classifier = twoClasses(weights, image, 0.0024);
    // Success by 0.4 gray levels in every value, of which rounding leaves none.
    const faint = image.map((value) => value + 0.4 / 255);
    const attack = { ...toyAttack('decision-based', () => propose(faint)), fixedBudget: false };
    const run = {
      classifier,
      budget: { norm: 'l2', epsilon: Infinity },
      quantize: true,
      stopAtSuccess: false,
    } as const;
    const [outcome] = await outcomesOf(attack, run, [{ image, goal, seed: 1 }]);
    assert.ok(outcome?.best?.success);
    assert.deepEqual(
      outcome.best.point,
      image.map(() => valueAt(101)),
    );
  });

  it('keeps the confidence that was asked for', async () => {
    const image = Float32Array.of(valueAt(100), valueAt(90), valueAt(110));
    const classifier = twoClasses([2, -1.5, 1], image, 0.2);
    const run = {
      classifier,
      parameters: { confidence: 0.3 },
      budget: { norm: 'l2', epsilon: Infinity },
      quantize: true,
      stopAtSuccess: false,
    } as const;
    const [outcome] = await outcomesOf(catalog.get('cw') as AttackDefinition, run, [{ image, goal, seed: 1 }]);
    const [zero = 0, one = 0] = outcome?.best?.logits ?? [];
    assert.ok(one - zero >= 0.3 - 1e-6 && one - zero <= 0.33, `${one - zero}`);
  });
});
