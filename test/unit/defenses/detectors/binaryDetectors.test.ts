import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { mersenne } from 'pure-rand/generator/mersenne';
import type { BinaryNetwork } from '../../../../src/defenses/detectors/binaryNetwork.ts';
import { buildNetwork } from '../../../../src/defenses/detectors/binaryNetwork.ts';
import { classifier as safetyNet } from '../../../../src/defenses/detectors/classifier.ts';
import type { DetectorDefinition } from '../../../../src/defenses/detectors/detectorDefinition.ts';
import { dynamicExamples } from '../../../../src/defenses/detectors/dynamicAdversary.ts';
import { openActivations } from '../../../../src/defenses/detectors/lateActivations.ts';
import { subnetwork } from '../../../../src/defenses/detectors/subnetwork.ts';
import type { trainBinaryNetwork } from '../../../../src/defenses/detectors/trainBinaryNetwork.ts';
import type { DifferentiableClassifier } from '../../../../src/models/classifier.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { type Checks, itPasses } from '../../../support/checks.ts';
import { fittingContext, toyClassifier, toyExamples } from '../../../support/detectorToys.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { anyCounterexampleWillDo, itFailsOf } from '../../../support/mutants/itFailsOf.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { binaryDetectorChecks } from './binaryDetectorChecks.ts';

const common = { epochs: 20, batchSize: 16, learningRate: 0.01 };
const inside = { ...common, activation: 'second', adversary: 'static', epsilon: 0.05 };
let toy: DifferentiableClassifier & { dispose(): void };
before(async () => {
  toy = await toyClassifier();
});
after(() => toy.dispose());

for (const [definition, parameters] of [
  [safetyNet as unknown as DetectorDefinition, common],
  [subnetwork as unknown as DetectorDefinition, inside],
] as const) {
  describe(definition.title, () => {
    for (const [name, check] of Object.entries(binaryDetectorChecks)) {
      it(name, () => check({ definition, parameters, classifier: toy }));
    }
  });
}

describe('a binary network', () => {
  before(startTensorFlow);

  it('is small for every kind of input, and halves large images to 7', () => {
    const shapes = [[28, 28, 1], [32, 32, 3], [224, 224, 3], [14, 14, 256], [197, 192], [512], [1, 1, 64]];
    for (const shape of shapes) {
      const model = buildNetwork(shape, 1);
      assert.ok(model.countParams() < 400_000, `${shape}: ${model.countParams()} weights`);
      assert.deepEqual(model.outputs[0]?.shape, [null, 1]);
      model.dispose();
    }
  });

  it('leaves no tensors behind', async () => {
    const examples = toyExamples(8, 1);
    const useOne = async () => {
      const parameters = { ...common, epochs: 1 };
      const state = await safetyNet.fit(examples, parameters, fittingContext(toy));
      const detector = await safetyNet.bind(state, parameters, toy);
      await detector.pullback(examples.clean.map(({ pixels }) => pixels));
      detector.dispose?.();
    };
    await useOne();
    const { numTensors } = tf.memory();
    await useOne();
    assert.equal(tf.memory().numTensors, numTensors);
  });
});

describe('Detector subnetwork, further', () => {
  const examples = toyExamples(16, 1);
  const fitted = (own: object) =>
    subnetwork.fit(
      examples,
      { ...inside, epochs: 1, ...own } as Parameters<typeof subnetwork.fit>[1],
      fittingContext(toy),
    );

  it('branches off at an activation with height and width in the middle, and says which', async () => {
    const { values } = await fitted({ activation: 'auto' });
    // Of image, first, second, flat and scores.
    assert.equal(values.activation, 'second');
  });

  it('names the activations of the model when it is told of another one', async () => {
    await rejectsWith(fitted({ activation: 'third' }), 'third', 'second');
  });

  it('learns otherwise from a dynamic adversary, the same with the same seed', async () => {
    const once = await fitted({ adversary: 'dynamic' });
    assert.deepEqual(await fitted({ adversary: 'dynamic' }), once);
    assert.notDeepEqual((await fitted({})).arrays, once.arrays);
  });

  it('refuses a model that names no activation', async () => {
    const plain = linearClassifier([new Array(64).fill(0), new Array(64).fill(1)], [0, 0], toy.input);
    const parameters = { ...inside, activation: 'auto' } as Parameters<typeof subnetwork.fit>[1];
    await rejectsWith(subnetwork.fit(examples, parameters, fittingContext(plain)), 'names no activation');
  });
});

const adversaryChecks: Checks<typeof dynamicExamples> = {
  'raises the loss of the classifier, lowers the score, and stays within the budget': async (attack) => {
    // Cross-entropy at label 0 rises with both pixels; the detector sees the logits, and its score the second alone.
    const classifier = linearClassifier(
      [
        [-1, -1],
        [0, 1],
      ],
      [0, 0],
      { height: 1, width: 2, channels: 1 },
    );
    const network = {
      pullback: (inputs: readonly Float32Array[]) => ({
        scores: inputs.map((row) => row[1] as number),
        gradients: inputs.map(() => Float32Array.from([0, 1])),
      }),
    } as unknown as BinaryNetwork;
    const late = await openActivations(classifier, ['logits'], false);
    const guarded = { classifier, activation: 'logits', late, network };
    const examples = Array.from({ length: 9 }, (_, i) => ({
      pixels: Float32Array.from(i === 8 ? [0.999, 0.5] : [0.5, 0.5]),
      label: 0,
    }));
    const made = await attack(examples, guarded, 0.1, mersenne(1));
    const seconds = new Set<number>();
    for (const [i, [first, second]] of made.entries()) {
      if (i === 8) {
        assert.equal(first, 1);
        continue;
      }
      seconds.add(second as number);
      // (1 − σ) of the budget, since the detector does not mind the first pixel; 1 − 2 σ of it.
      const towards = ((first as number) - 0.5) / 0.1;
      assert.ok(towards > 0 && towards < 1 + 1e-5, `${towards}`);
      assert.ok(Math.abs(((second as number) - 0.5) / 0.1 - (2 * towards - 1)) < 1e-4, `${first}, ${second}`);
    }
    assert.equal(seconds.size, 8);
    assert.deepEqual(Array.from(examples[0]?.pixels ?? []), [0.5, 0.5]);
  },
};

describe('the dynamic adversary', () => {
  itPasses(adversaryChecks, dynamicExamples);
});

const trainingChecks: Checks<typeof trainBinaryNetwork> = {
  'gives adversarial examples the higher scores, and fits what it was given': async (train) => {
    const examples = toyExamples(20, 1);
    const pixels = (list: readonly { readonly pixels: Float32Array }[], indices: readonly number[]) =>
      indices.map((index) => list[index]?.pixels as Float32Array);
    const counts = [0, 0];
    const set = {
      shape: [8, 8, 1],
      clean: 20,
      adversarial: 10,
      read: async (clean: readonly number[], adversarial: readonly number[]) => {
        counts[0] = (counts[0] as number) + clean.length;
        counts[1] = (counts[1] as number) + adversarial.length;
        return [...pixels(examples.clean, clean), ...pixels(examples.adversarial, adversarial)];
      },
    };
    const network = await train(set, common, fittingContext(toy));
    const all = Array.from({ length: 20 }, (_, i) => i);
    const clean = network.score(pixels(examples.clean, all));
    const adversarial = network.score(pixels(examples.adversarial, all));
    network.dispose();
    assert.equal(counts[0], counts[1]);
    assert.ok(
      Math.max(...clean) < 0 && Math.min(...adversarial) > 0,
      `${Math.max(...clean)}, ${Math.min(...adversarial)}`,
    );
  },
};

describe('the checks tell broken code from sound code in networks of detectors', () => {
  anyCounterexampleWillDo();
  itFailsOf(trainingChecks, 'defenses/detectors/trainBinaryNetwork.ts', 'trainBinaryNetwork', {
    'labels are swapped': ['i < half ? 0 : 1', 'i < half ? 1 : 0'],
    'all labels are one': ['i < half ? 0 : 1', '1'],
    'batches are not balanced': ['take(adversarial, half)', 'take(adversarial, half >> 1)'],
  });
  itFailsOf(adversaryChecks, 'defenses/detectors/dynamicAdversary.ts', 'dynamicExamples', {
    'it raises the score': ['scale: -1', 'scale: 1'],
    'it lowers the loss of the classifier': [
      'scaled(sign(ofClassifier), 1 - sigma)',
      'scaled(sign(ofClassifier), sigma - 1)',
    ],
    'σ is the same for all': ['batch.map(() => uniformFloat64(random))', 'batch.map(() => 0.5)'],
    'σ is exchanged': ['scaled(sign(ofClassifier), 1 - sigma)', 'scaled(sign(ofClassifier), (1 - sigma) ** 2)'],
    'it leaves the range': ['return clip(moved);', 'return moved;'],
    'it takes one step': ['step < steps', 'step < 1'],
  });
});
