import assert from 'node:assert/strict';
import { activationClassifier } from '../../../../src/defenses/activationClassifier.ts';
import { collaborative } from '../../../../src/defenses/detectors/collaborative.ts';
import type { DetectorDefinition, DetectorExamples } from '../../../../src/defenses/detectors/detectorDefinition.ts';
import { itPasses } from '../../../support/checks.ts';
import { headedClassifier } from '../../../support/headedClassifier.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { anyCounterexampleWillDo, itFails } from '../../../support/mutants/itFails.ts';
import { itFailsOf } from '../../../support/mutants/itFailsOf.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { collaborativeChecks } from './collaborativeChecks.ts';

const shape = { height: 1, width: 3, channels: 1 } as const;
const identity = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
/** The label head answers the brightest pixel, and the second head the one after it. */
const classifier = headedClassifier(
  {
    hidden: identity,
    label: identity,
    auxiliary: [
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ],
    lock: [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  },
  shape,
);

const bright = (pixel: number) => Float32Array.from([0, 1, 2], (i) => (i === pixel ? 0.9 : 0.1));

function fitted(clean: DetectorExamples['clean']) {
  const means = { classifier, seed: 1, signal: new AbortController().signal, onProgress() {} };
  return collaborative.fit({ clean, adversarial: [] }, {}, means);
}

describe('the detector of collaborative training', () => {
  itPasses(collaborativeChecks, collaborative);

  it('fitted anew, takes for partners what the second head answers to most clean images', async () => {
    // Of the label 0 there is an odd one out: what the second head says about it is in the minority.
    const clean = [0, 0, 0, 1, 2, 2].map((label) => ({ pixels: bright(label), label }));
    const { values } = await fitted([{ pixels: bright(2), label: 0 }, ...clean]);
    assert.deepEqual(values, { classmap: [1, 2, 0] });
  });

  it('is not fitted where a class has no image', () =>
    rejectsWith(fitted([0, 2].map((label) => ({ pixels: bright(label), label }))), '"class 1"', 'next to the model'));

  it('refuses a model without the heads', async () => {
    const plain = linearClassifier(identity, [0, 0, 0], shape);
    const state = { values: { classmap: [1, 2, 0] }, arrays: {} };
    await rejectsWith(collaborative.bind(state, {}, plain), '"auxiliary"', 'harden the model');
  });

  it('refuses partners that are not classes of the model', async () => {
    for (const classmap of [undefined, [1, 2], [1, 2, 3], [1, 2, -1], [1, 2, 'class 0']]) {
      await rejectsWith(collaborative.bind({ values: { classmap }, arrays: {} }, {}, classifier), 'Train it again');
    }
  });
});

describe('a mistaken detector of collaborative training fails its checks', () => {
  anyCounterexampleWillDo();

  itFails<DetectorDefinition<object>>(collaborativeChecks, {
    'the unaware attacker sees what decides': {
      ...collaborative,
      views: { unaware: (model) => model, adaptive: collaborative.views?.adaptive ?? ((model) => model) },
    },
    'the adaptive attacker goes through the lock': {
      ...collaborative,
      views: { unaware: collaborative.views?.unaware ?? ((model) => model), adaptive: (model) => model },
    },
    'the lock is left out altogether': {
      ...collaborative,
      views: {
        unaware: collaborative.views?.unaware ?? ((model) => model),
        adaptive: (model) => activationClassifier(model, 'label'),
      },
    },
  });

  itFailsOf(collaborativeChecks, 'defenses/detectors/collaborative.ts', 'collaborative', {
    'accepted and rejected are swapped': [
      '(auxiliary[rival] as number) - (auxiliary[partner] as number)',
      '(auxiliary[partner] as number) - (auxiliary[rival] as number)',
    ],
    'the partner is among its rivals': ['argmax(auxiliary, partner)', 'argmax(auxiliary)'],
    'the partner is looked up for the answer of the second head': ['argmax(logits)]', 'argmax(auxiliary)]'],
    'the class itself is taken for its partner': ['this.#classmap[argmax(logits)]', 'argmax(logits)'],
    'the gradient has the wrong sign': ['weights[rival] = 1;', 'weights[rival] = -1;'],
    'the gradient forgets the partner': ['weights[partner] = -1;', ''],
  });
});
