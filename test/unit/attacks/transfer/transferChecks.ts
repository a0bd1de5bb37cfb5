import assert from 'node:assert/strict';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import type { Budget } from '../../../../src/geometry/budget.ts';
import { normal } from '../../../../src/geometry/randomVector.ts';
import type { Checks } from '../../../support/checks.ts';
import { conversation, type Exchange, pointsOf } from '../../../support/conversation.ts';
import { budgetInvariants } from '../../../support/invariants.ts';
import { tanhNetwork } from '../../../support/smoothClassifier.ts';

export const methodNames = ['by-size', 'bsr', 'ops', 'vmi', 'si', 'ti', 'di', 'mi'] as const;
export type MethodName = (typeof methodNames)[number];

/** The attack with another method where nothing is said, and few views, so that it is soon done. */
export function withMethod(attack: AttackDefinition, method: MethodName, copies?: number): AttackDefinition {
  const { method: known, copies: knownCopies, ...others } = attack.parameters;
  const standing = (parameter: typeof known, value: unknown) =>
    ({ ...parameter, quick: { ...(parameter as object), value } }) as typeof known;
  return {
    ...attack,
    parameters: {
      method: standing(known, method),
      copies: copies === undefined ? knownCopies : standing(knownCopies, copies),
      ...others,
    } as AttackDefinition['parameters'],
  };
}

const input = { height: 10, width: 11, channels: 3 } as const;
const size = 330;

const random = xoroshiro128plus(5);
const matrix = (rows: number, columns: number) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => normal(random) / Math.sqrt(columns)));
const network = tanhNetwork(
  matrix(8, size),
  matrix(1, 8)[0] as number[],
  matrix(3, 8).map((row) => row.map((value) => 4 * value)),
  input,
);
const image = Float32Array.from({ length: size }, () => 0.3 + 0.4 * uniformFloat64(random));
const goal = createGoal(0);
const budget: Budget = { norm: 'l2', epsilon: 0.4 };

/** What an attack asks for and proposes within a few steps, far from the edges of budget and range. */
function talkOf(
  attack: AttackDefinition,
  method: MethodName,
  { steps = 1, copies = 3, from = image, epsilon = budget.epsilon, seed = 1 } = {},
) {
  return conversation(attack, {
    classifier: network,
    image: from,
    goal,
    budget: { norm: 'l2', epsilon },
    parameters: { method, copies, steps, stepSize: 0.01, decay: 0.5 },
    seed,
  });
}

const gradientsOf = (exchanges: readonly Exchange[]) =>
  exchanges.flatMap(({ answers }) => answers.flatMap(({ gradients }) => gradients?.[0] ?? []));

/** What the views of an image do to a direction: they are linear in the image, so the difference of two tells. */
async function turnedBy(
  attack: AttackDefinition,
  method: MethodName,
  direction: Float32Array,
): Promise<Float32Array[]> {
  const reach = 2 ** -4;
  const moved = image.map((value, i) => value + reach * (direction[i] as number));
  const [before, after] = [await talkOf(attack, method), await talkOf(attack, method, { from: moved })];
  const [points, others] = [pointsOf(before, 'pullback'), pointsOf(after, 'pullback')];
  return points.map((point, k) => point.map((value, i) => ((others[k]?.[i] as number) - value) / reach));
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * (b[i] as number), 0);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const unit = (values: readonly number[]) => values.map((value) => value / Math.hypot(...values));

/** The direction in which a step went. */
function stepOf(exchanges: readonly Exchange[], step = 0): number[] {
  const iterates = [image, ...pointsOf(exchanges, 'propose')];
  const [from, to] = iterates.slice(step, step + 2) as [Float32Array, Float32Array];
  return unit(Array.from(to, (value, i) => value - (from[i] as number)));
}

function assertAlike(found: readonly number[], expected: readonly number[], what: string): void {
  const off = Math.hypot(...found.map((value, i) => value - (expected[i] as number)));
  assert.ok(off < 1e-3, `${what} is off by ${off}`);
}

/** Some of all values, of every channel, which are enough to tell a direction. */
const some = Array.from({ length: 30 }, (_, i) => 11 * i);
const someOf = (values: readonly number[]) => unit(some.map((i) => values[i] as number));

/** The derivatives of the mean loss over the views of an image, with respect to some values, from what views do to them. */
async function gradientByDifferences(attack: AttackDefinition, method: MethodName): Promise<number[]> {
  const gradients = gradientsOf(await talkOf(attack, method));
  const slopes: number[] = [];
  for (const i of some) {
    const views = await turnedBy(attack, method, new Float32Array(size).fill(1, i, i + 1));
    slopes.push(mean(views.map((view, k) => dot(view, gradients[k] as Float32Array))));
  }
  return slopes;
}

/** What is known of the transfer attack: its equations, and what it shares with all attacks. */
export const transferChecks: Checks<AttackDefinition> = {
  'is MI-FGSM where it looks at the image alone': async (attack) => {
    const own = await talkOf(attack, 'mi', { steps: 6 });
    const parameters = { steps: 6, stepSize: 0.01, decay: 0.5 };
    const mifgsm = catalog.get('mifgsm') as AttackDefinition;
    const known = await conversation(mifgsm, { classifier: network, image, goal, budget, parameters });
    assert.deepEqual(pointsOf(own, 'pullback'), pointsOf(known, 'pullback'));
    assert.deepEqual(pointsOf(own, 'propose').at(-1), pointsOf(known, 'propose').at(-1));
  },

  ...Object.fromEntries(
    (['di', 'si', 'bsr', 'ops'] as const).map((method) => [
      `follows the gradient of the mean loss over the views of ${method}, as differences have it`,
      async (attack: AttackDefinition) => {
        const expected = unit(await gradientByDifferences(attack, method));
        assertAlike(someOf(stepOf(await talkOf(attack, method))), expected, 'the step');
      },
    ]),
  ),

  'looks at the image divided by 1, 2, and 4 for scale invariance': async (attack) => {
    const points = pointsOf(await talkOf(attack, 'si'), 'pullback');
    assert.deepEqual(
      points,
      [1, 2, 4].map((divisor) => image.map((value) => value / divisor)),
    );
  },

  'blurs the gradient for translation invariance with the Gaussian at −3, 0, and 3 deviations': async (attack) => {
    const exchanges = await talkOf(attack, 'ti');
    const [gradient] = gradientsOf(exchanges) as [Float32Array];
    const raw = [Math.exp(-4.5), 1, Math.exp(-4.5)];
    const kernel = raw.map((value) => value / raw.reduce((a, b) => a + b, 0));
    const at = (y: number, x: number, c: number) =>
      y < 0 || y >= input.height || x < 0 || x >= input.width
        ? 0
        : (gradient[(y * input.width + x) * input.channels + c] as number);
    const blurred = Array.from(gradient, (_, i) => {
      const [c, x] = [i % input.channels, Math.floor(i / input.channels) % input.width];
      const y = Math.floor(i / input.channels / input.width);
      const around = [-1, 0, 1];
      return around
        .flatMap((dy) => around.map((dx) => (kernel[dy + 1] ?? 0) * (kernel[dx + 1] ?? 0) * at(y + dy, x + dx, c)))
        .reduce((a, b) => a + b, 0);
    });
    assertAlike(stepOf(exchanges), unit(blurred), 'the step');
  },

  'adds to the gradient by how much those around the step before differed from it, for variance tuning': async (
    attack,
  ) => {
    const exchanges = await talkOf(attack, 'vmi', { steps: 2 });
    const gradients = gradientsOf(exchanges);
    const [first, ...rest] = gradients as [Float32Array, ...Float32Array[]];
    const [around, second] = [rest.slice(0, 3), rest[3] as Float32Array];
    const tuned = Array.from(
      second,
      (value, i) => value + mean(around.map((one) => one[i] as number)) - (first[i] as number),
    );
    const long = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + Math.abs(value), 0);
    const momentum = tuned.map((value, i) => value / long(tuned) + (0.5 * (first[i] as number)) / long(first));
    assertAlike(stepOf(exchanges), unit([...first]), 'the first step');
    assertAlike(stepOf(exchanges, 1), unit(momentum), 'the second step');
  },

  'draws the neighbors of variance tuning from ± 1.5 epsilons': async (attack) => {
    const points = pointsOf(await talkOf(attack, 'vmi', { copies: 40 }), 'pullback').slice(1);
    const bound = (1.5 * budget.epsilon) / Math.sqrt(size);
    const changes = points.flatMap((point) => Array.from(point, (value, i) => (value - (image[i] as number)) / bound));
    assert.ok(Math.max(...changes) < 1 + 1e-5 && Math.min(...changes) > -1 - 1e-5, 'within the bound');
    assert.ok(Math.abs(mean(changes)) < 0.1 && mean(changes.map(Math.abs)) > 0.45, 'and uniform there');
  },

  'looks at the image as it is about half of the time for diverse inputs, and never beyond the range': async (
    attack,
  ) => {
    const points = pointsOf(await talkOf(attack, 'di', { copies: 200 }), 'pullback');
    const same = points.filter((point) => point.every((value, i) => value === image[i])).length;
    assert.ok(same > 70 && same < 160, `${same} of 200`);
    assert.ok(
      points.flatMap((point) => [...point]).every((value) => value >= 0 && value <= 1),
      'in the range',
    );
  },

  'shows an image of one gray on black in every block-shuffled copy, most of it there': async (attack) => {
    const gray = new Float32Array(size).fill(0.5);
    const points = pointsOf(await talkOf(attack, 'bsr', { copies: 50, from: gray }), 'pullback');
    const shares = points.map((point) => point.filter((value) => Math.abs(value - 0.5) < 1e-6).length / size);
    assert.ok(mean(shares) > 0.88, `${mean(shares)} of the pixels are gray`);
    assert.ok(
      points.every((point) => point.every((value) => value < 0.5 + 1e-6 && value >= 0)),
      'and none brighter',
    );
  },

  'moves the pixels of an image to many places by shuffling blocks, and turns blocks': async (attack) => {
    const spot = new Float32Array(size);
    spot.fill(1, 0, 3);
    const points = pointsOf(await talkOf(attack, 'bsr', { copies: 100, from: spot }), 'pullback');
    const brightest = new Set(points.map((point) => point.indexOf(Math.max(...point))));
    assert.ok(brightest.size > 8, `${brightest.size} places`);
    const wholes = points.filter((point) => point.every((value) => value < 1e-6 || value > 1 - 1e-6));
    assert.ok(wholes.length < 90, `${wholes.length} copies are not turned`);
  },

  'looks at the image itself, then through ten operators at neighbors up to three epsilons away': async (attack) => {
    const points = pointsOf(await talkOf(attack, 'ops', { copies: 60, epsilon: 1e-6 }), 'pullback');
    assert.equal(points.length, 61);
    assert.deepEqual(points[0], image);
    assert.ok(new Set(points.map((point) => point.join())).size > 50, 'views differ');
    assert.ok(
      points.some((point) => point.some((value) => value === 0)) && points.every((point) => Math.max(...point) < 0.8),
      'dark',
    );
  },

  'takes as many points as it says': async (attack) => {
    for (const method of methodNames) {
      const exchanges = await talkOf(attack, method, { steps: 3, copies: 30 });
      const asked = pointsOf(exchanges, 'pullback').length + pointsOf(exchanges, 'propose').length;
      const parameters = { method, copies: 30, steps: 3, stepSize: 0.01, decay: 1 };
      assert.equal(attack.cost(parameters, { classes: 3, input }), asked, method);
    }
  },

  'by size, takes gradients at the blocks of large images, and once at small ones': async (attack) => {
    const parameters = { method: 'by-size', copies: 7, steps: 3, stepSize: 0.01, decay: 1 };
    const costAt = (height: number, width: number) =>
      attack.cost(parameters, { classes: 3, input: { height, width, channels: 3 } });
    assert.equal(costAt(224, 224), 3 * (7 + 1));
    assert.equal(costAt(64, 64), 3 * (7 + 1));
    assert.equal(costAt(63, 200), 3 * (1 + 1));
    const [ofSize, blurred] = [await talkOf(attack, 'by-size'), await talkOf(attack, 'ti')];
    assert.deepEqual(pointsOf(ofSize, 'propose'), pointsOf(blurred, 'propose'));
  },

  'proposes every step, and nothing that it only looks at': async (attack) => {
    for (const method of methodNames) {
      const exchanges = await talkOf(attack, method, { steps: 4 });
      assert.equal(pointsOf(exchanges, 'propose').length, 4, method);
      assert.ok(
        exchanges.every(({ query }) => query.kind !== 'pullback' || query.isAside),
        method,
      );
    }
  },

  // Last, as they take longest: most mistakes are found before them.
  ...Object.fromEntries(
    Object.entries(budgetInvariants).map(([name, check]) => [
      name,
      (attack: AttackDefinition) => check(withMethod(attack, 'bsr', 2)),
    ]),
  ),
};
