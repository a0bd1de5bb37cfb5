import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import { type Query, upTo } from '../../../src/attacks/dialogue.ts';
import { createGoal } from '../../../src/attacks/goal.ts';
import { logitDifference } from '../../../src/models/functional.ts';
import { type Checks, itPasses } from '../../support/checks.ts';
import { conversation } from '../../support/conversation.ts';
import { budgetInvariants } from '../../support/invariants.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { outcomesOf } from '../../support/runs.ts';

const auto = catalog.get('auto') as AttackDefinition;
const part = (id: string) => catalog.get(id) as AttackDefinition;
const shape = { height: 1, width: 2, channels: 1 } as const;
const image = Float32Array.of(0.5, 0.5);
const budget = { norm: 'linf', epsilon: 0.1 } as const;

/** So many classes on images of two values; class 0 is the prediction far and wide. */
function classifierOf(classes: number) {
  const weights = Array.from({ length: classes }, (_, k) => [k / classes, 1 - k / classes]);
  return linearClassifier(
    weights,
    Array.from(weights, (_, k) => (k === 0 ? 9 : k / 8)),
    shape,
  );
}

/** What a query asks for, whatever its points are. */
const shapeOf = ({ points, ...query }: Query) => ({ ...query, count: points.length });

/** The checks on the ensemble of a model that takes few questions: Square has 5,000 for every image that holds. */
function withFewQueries(checks: Checks<AttackDefinition>): Checks<AttackDefinition> {
  const limited: AttackDefinition = { ...auto, run: (attempt) => upTo(1200, () => auto.run(attempt)) };
  return Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, () => check(limited)]));
}

const titlesOf = (queries: readonly Query[]) => queries.flatMap((query) => (query.kind === 'stage' ? query.title : []));

describe('the ensemble', () => {
  // Those of its parts hold with fewer queries of Square.
  itPasses(withFewQueries(budgetInvariants), auto);

  for (const [version, norm, parts] of [
    ['standard', 'linf', { 'APGD-CE': { loss: 'ce' }, 'APGD-T': { loss: 'targeted-dlr' }, 'FAB-T': {}, Square: {} }],
    [
      'standard',
      'l1',
      { 'APGD-CE': { loss: 'ce', restarts: 5 }, 'APGD-T': { loss: 'targeted-dlr' }, 'FAB-T': {}, Square: {} },
    ],
    ['rand', 'l2', { 'APGD-CE': { loss: 'ce', eot: 20 }, 'APGD-DLR': { loss: 'dlr', eot: 20 } }],
  ] as const) {
    it(`asks what its parts ask, one after the other, with the settings of AutoAttack: ${version} in ${norm}`, async () => {
      const talk = { classifier: classifierOf(12), image, goal: createGoal(0), budget: { norm, epsilon: 0.1 } };
      const asked = (await conversation(auto, { ...talk, parameters: { version } })).map(({ query }) => query);
      assert.deepEqual(titlesOf(asked), Object.keys(parts));
      // One attack after the other draws from the same random numbers; where each begins says where the last ended.
      for (const [title, parameters] of Object.entries(parts)) {
        const from = asked.findIndex((query) => query.kind === 'stage' && query.title === title);
        const until = asked.findIndex((query, i) => i > from && query.kind === 'stage');
        const own = asked.slice(from + 1, until < 0 ? undefined : until);
        const square = { queries: 5000, part: 0.8, schedule: 'fixed' };
        const alone =
          title === 'FAB-T'
            ? { attack: part('fab'), parameters: { steps: 100, restarts: 1, form: 'targeted' } }
            : title === 'Square'
              ? { attack: part('square'), parameters: square }
              : {
                  attack: part('apgd'),
                  parameters: { steps: 100, start: 'random', restarts: 1, eot: 1, ...parameters },
                };
        const expected = (await conversation(alone.attack, { ...talk, parameters: alone.parameters })).map(
          ({ query }) => query,
        );
        assert.deepEqual(own.map(shapeOf), expected.map(shapeOf));
      }
    });
  }

  it('aims at the other classes however few there are', async () => {
    for (const classes of [2, 3]) {
      const talk = { classifier: classifierOf(classes), image, goal: createGoal(0), budget };
      const asked = (await conversation(auto, talk)).map(({ query }) => query);
      assert.deepEqual(titlesOf(asked), ['APGD-CE', 'APGD-T', 'FAB-T', 'Square']);
      const toward = asked.flatMap((query) => (query.kind === 'pullback' ? query.functionals.flat() : []));
      for (let other = 1; other < classes; other++) {
        assert.ok(toward.some((functional) => isDeepStrictEqual(functional, logitDifference(other, 0, classes))));
      }
    }
  });

  it('names the part that succeeded, and makes the others only where that did not', async () => {
    const near = linearClassifier(
      [
        [0, 0],
        [1, 0],
      ],
      [0.55, 0],
      shape,
    );
    const [outcome] = await outcomesOf(auto, { classifier: near, budget }, [{ image, goal: createGoal(0), seed: 1 }]);
    assert.equal(outcome?.best?.success, true);
    assert.equal(outcome?.best?.stage, 'APGD-CE');
    assert.ok((outcome?.queries.points ?? 0) < 10);
  });

  it('gets past a loss that is blind: the next part finds what cross-entropy without a gradient does not', async () => {
    const honest = classifierOf(3);
    const leaning = linearClassifier(
      [
        [0, 0],
        [1, 1],
        [0, 0],
      ],
      [1.19, 0, -9],
      shape,
    );
    const blind = {
      ...leaning,
      async pullback(images: readonly Float32Array[], functionals: Parameters<typeof honest.pullback>[1]) {
        const answer = await leaning.pullback(images, functionals);
        const masked = functionals.map((list, i) =>
          list.map((functional, k) =>
            functional.kind === 'crossEntropy' ? new Float32Array(2) : (answer.gradients[i]?.[k] as Float32Array),
          ),
        );
        return { ...answer, gradients: masked };
      },
    };
    const [outcome] = await outcomesOf(auto, { classifier: blind, budget }, [{ image, goal: createGoal(0), seed: 1 }]);
    assert.equal(outcome?.best?.success, true);
    assert.equal(outcome?.best?.stage, 'APGD-T');
  });
});
