import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import type { ensemble } from '../../../src/attacks/ensemble.ts';
import { createGoal } from '../../../src/attacks/goal.ts';
import type { Classifier, DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { configureAttack } from '../../../src/runner/configuredAttack.ts';
import type { Outcome } from '../../../src/runner/conversation.ts';
import type { Checks } from '../../support/checks.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { outcomesOf } from '../../support/runs.ts';

const shape = { height: 1, width: 2, channels: 1 } as const;
const image = Float32Array.of(0.5, 0.5);
const budget = { norm: 'linf', epsilon: 0.1 } as const;
const member = (attack: string, parameters = {}) => ({ attack, parameters });

/** Two classes; the second is ahead from the sum of both values on. */
const from = (sum: number) =>
  linearClassifier(
    [
      [0, 0],
      [1, 1],
    ],
    [sum, 0],
    shape,
  );

/** The same, but that cross-entropy has no gradient. */
function blind(classifier: DifferentiableClassifier): DifferentiableClassifier {
  return {
    ...classifier,
    async pullback(images, functionals) {
      const answer = await classifier.pullback(images, functionals);
      const gradients = functionals.map((list, i) =>
        list.map(({ kind }, k) =>
          kind === 'crossEntropy' ? new Float32Array(2) : (answer.gradients[i]?.[k] as Float32Array),
        ),
      );
      return { ...answer, gradients };
    },
  };
}

const asAttack = (one: typeof ensemble) => one as unknown as AttackDefinition;

async function outcomeOf(one: typeof ensemble, classifier: Classifier, attacks: object[]): Promise<Outcome> {
  const run = { classifier, budget, parameters: { attacks }, quantize: true };
  const [outcome] = await outcomesOf(asAttack(one), run, [{ image, goal: createGoal(0), seed: 1 }]);
  return outcome as Outcome;
}

/** What is known of a list of attacks. */
export const ensembleChecks: Checks<typeof ensemble> = {
  'names the attack that succeeded, and runs the others only where it does not': async (one) => {
    const attacks = [member('fgsm'), member('fab')];
    const easy = await outcomeOf(one, from(1.1), attacks);
    assert.deepEqual([easy.best?.success, easy.best?.stage], [true, 'FGSM']);
    assert.equal(easy.queries.gradients, 1, 'it goes on after success');
    const hard = await outcomeOf(one, blind(from(1.1)), attacks);
    assert.deepEqual([hard.best?.success, hard.best?.stage], [true, 'FAB']);
  },

  'holds an image that withstands them all, and what is out of the budget for none': async (one) => {
    const { best } = await outcomeOf(one, from(1.3), [member('fab'), member('cw', { steps: 20 }), member('pgd')]);
    assert.equal(best?.success, false);
    assert.ok((best?.norms.linf ?? 1) <= 0.1 + 1e-6, 'the point is out of the budget');
  },

  'completes the parameters of each attack by the preset and the budget': async (one) => {
    const attacks = [member('pgd', { steps: 10 }), member('fab'), member('pgd', { stepSize: '1/255' })];
    const choice = { norm: 'linf', epsilon: 0.1, parameters: { attacks }, quantize: false } as const;
    const configured = configureAttack(asAttack(one), { ...choice, preset: 'paper' });
    const expected = [
      member('pgd', { steps: 10, stepSize: 0.025, restarts: 20 }),
      member('fab', { steps: 100, restarts: 1, form: 'all-classes' }),
      member('pgd', { steps: 100, stepSize: 1 / 255, restarts: 20 }),
    ];
    assert.deepEqual(configured.parameters, { attacks: expected });
    // What it was configured from can be configured again.
    assert.deepEqual(configureAttack(asAttack(one), configured.choice).parameters, configured.parameters);
  },

  'costs what its attacks cost': async (one) => {
    const attacks = [member('pgd', { steps: 10, restarts: 3 }), member('fgsm')];
    const model = { classes: 4, input: shape };
    const fgsm = catalog.get('fgsm') as AttackDefinition;
    assert.equal(one.cost({ attacks }, model), 30 + fgsm.cost({}, model));
  },
};
