import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import type { Query } from '../../../../src/attacks/dialogue.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { itPasses } from '../../../support/checks.ts';
import { conversation } from '../../../support/conversation.ts';
import { budgetInvariants } from '../../../support/invariants.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../support/runs.ts';

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

const titlesOf = (queries: readonly Query[]) => queries.flatMap((query) => (query.kind === 'stage' ? query.title : []));

describe('the ensemble', () => {
  itPasses(budgetInvariants, auto);

  it('asks what its parts ask, one after the other, with the settings of AutoAttack', async () => {
    const talk = { classifier: classifierOf(12), image, goal: createGoal(0), budget };
    const asked = (await conversation(auto, talk)).map(({ query }) => query);
    assert.deepEqual(titlesOf(asked), ['APGD-CE', 'APGD-T', 'FAB-T']);
    const expected = [
      [part('apgd'), { steps: 100, restarts: 1, loss: 'ce' }],
      [part('apgd'), { steps: 100, restarts: 1, loss: 'targeted-dlr' }],
      [part('fab'), { steps: 100, restarts: 1, form: 'targeted' }],
    ] as const;
    const parts = [];
    for (const [attack, parameters] of expected) parts.push(...(await conversation(attack, { ...talk, parameters })));
    // The first question is how many classes there are.
    assert.deepEqual(
      asked.slice(1).filter(({ kind }) => kind !== 'stage'),
      parts.map(({ query }) => query),
    );
  });

  it('leaves out the loss that compares four classes where there are fewer', async () => {
    for (const [classes, titles] of [
      [2, ['APGD-CE', 'FAB-T']],
      [3, ['APGD-CE', 'FAB-T']],
      [4, ['APGD-CE', 'APGD-T', 'FAB-T']],
    ] as const) {
      const talk = { classifier: classifierOf(classes), image, goal: createGoal(0), budget };
      const asked = (await conversation(auto, talk)).map(({ query }) => query);
      assert.deepEqual(titlesOf(asked), titles);
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

  it('gets past a loss that is blind: FAB finds what cross-entropy without a gradient does not', async () => {
    const honest = classifierOf(3);
    const leaning = linearClassifier(
      [
        [0, 0],
        [1, 0],
        [0, 0],
      ],
      [0.55, 0, -9],
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
    assert.equal(outcome?.best?.stage, 'FAB-T');
  });
});
