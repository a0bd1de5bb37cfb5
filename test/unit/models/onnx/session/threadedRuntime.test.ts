import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDifferentiable } from '../../../../../src/models/classifier.ts';
import type { Model } from '../../../../../src/models/onnx/graph/graph.ts';
import { startRuntime } from '../../../../../src/models/onnx/session/runtime.ts';
import { toClassifier } from '../../../../../src/models/onnx/session/toClassifier.ts';
import { makeModel, noise } from '../../../../support/onnx/makeModel.ts';
import { builtProgram, threadFile } from '../../../../support/program.ts';
import { rejectsWith } from '../../../../support/rejectsWith.ts';

const side = 24;
const channels = 8;

/** A convolution, its largest values, and five classes. */
const model: Model = makeModel({
  input: { dims: ['batch', side, side, 3] },
  constants: {
    kernels: { dims: [channels, 3, 3, 3], values: noise(channels * 3 * 3 * 3) },
    w: { dims: [5, channels], values: noise(5 * channels, 2) },
  },
  nodes: [
    { operator: 'Transpose', inputs: ['image'], outputs: ['planes'], attributes: { perm: [0, 3, 1, 2] } },
    { operator: 'Conv', inputs: ['planes', 'kernels'], outputs: ['features'] },
    { operator: 'Relu', inputs: ['features'], outputs: ['positive'] },
    { operator: 'GlobalAveragePool', inputs: ['positive'], outputs: ['means'] },
    { operator: 'Flatten', inputs: ['means'], outputs: ['flat'] },
    { operator: 'Gemm', inputs: ['flat', 'w'], outputs: ['logits'], attributes: { transB: 1 } },
  ],
});
const images = Array.from({ length: 20 }, (_, i) => noise(side * side * 3, i + 3).map(Math.abs));

describe('ONNX Runtime in a thread of its own', () => {
  builtProgram();

  it('answers to the last bit as it does in this one', async () => {
    const answers = [];
    for (const options of [{}, { thread: threadFile }]) {
      const classifier = await toClassifier(await startRuntime({ threads: 1, ...options }), model, {});
      assert.ok(isDifferentiable(classifier), classifier.obstacle);
      const functionals = images.map((_, i) => [{ kind: 'crossEntropy' as const, label: i % 5 }]);
      answers.push([await classifier.logits(images), await classifier.pullback(images, functionals)]);
    }
    assert.deepEqual(answers[1], answers[0]);
  });

  it('leaves this one free while it computes', async () => {
    const classifier = await toClassifier(await startRuntime({ threads: 1, thread: threadFile }), model, {});
    let isComputing = true;
    const computed = classifier.logits(images).finally(() => {
      isComputing = false;
    });
    let turns = 0;
    for (; isComputing; turns++) await nextTurn();
    await computed;
    assert.ok(turns > 1, `${turns} turns`);
    assert.equal(classifier.concurrency, 2);
  });

  it('says why it rejects a model', async () => {
    const runtime = await startRuntime({ thread: threadFile });
    const nonsense = makeModel({
      input: { dims: ['batch', 2, 2, 3] },
      constants: {},
      nodes: [{ operator: 'Nonsense', inputs: ['image'], outputs: ['logits'] }],
    });
    await assert.rejects(runtime.open(nonsense), /No Op registered for Nonsense/);
    await rejectsWith(startRuntime({ provider: 'tpu', thread: threadFile }), 'no provider "tpu"');
  });

  it('says when it cannot be started', async () => {
    await rejectsWith(
      startRuntime({ thread: `${threadFile}.missing` }),
      'Perturb is not completely installed',
      'onnxThread.js.missing',
    );
  });
});
