import assert from 'node:assert/strict';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { isDifferentiable } from '../../../../src/models/classifier.ts';
import type { OpenedModel } from '../../../../src/models/openedModel.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { openLayersModel } from '../../../../src/models/tfjs/openLayersModel.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import { fillWeights } from '../../../support/fillWeights.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

type Layer = { apply(x: SymbolicTensor): unknown };

const image = Float32Array.from({ length: 75 }, (_, i) => ((i * 7919) % 77) / 77);

describe('Opening a layers model', () => {
  const folder = temporaryFolder();
  before(async () => {
    await startTensorFlow();
  });

  /** A classifier of 5 × 5 color images with these layers before its last one. */
  async function open(runtime: string, ...inner: readonly Layer[]): Promise<OpenedModel> {
    const x = input({ shape: [5, 5, 3] });
    const steps = [...inner, layers.flatten(), layers.dense({ units: 3 })];
    const outputs = steps.reduce((value, layer) => layer.apply(value) as SymbolicTensor, x);
    const file = await writeLayersModel(fillWeights(model({ inputs: x, outputs })), folder.at('model'));
    return openLayersModel(file, { runtime });
  }

  for (const runtime of ['auto', 'tensorflow']) {
    it(`normalizes every axis as Keras does, and says that TensorFlow.js does not: ${runtime}`, async () => {
      for (const axis of [1, 2]) {
        const own = await open(runtime, layers.batchNormalization({ axis }));
        assert.match(own.notes.join(), /BatchNormalization.*as in Keras/);
        // The axes exchanged, so that the one to be normalized is the last.
        const dims = axis === 1 ? [3, 2, 1] : [1, 3, 2];
        const permuted = await open(
          runtime,
          layers.permute({ dims }),
          layers.batchNormalization({ axis: -1 }),
          layers.permute({ dims }),
        );
        const [expected] = await permuted.classifier.logits([image]);
        const [found] = await own.classifier.logits([image]);
        for (const [k, value] of expected?.entries() ?? []) {
          assert.ok(Math.abs(value - (found?.[k] as number)) < 1e-4, `${found} is not ${expected}`);
        }
        assert.ok(isDifferentiable(own.classifier), own.classifier.obstacle);
      }
    });
  }

  it('takes no other engine where memory is short, but says so', async () => {
    const { classifier } = await open('auto');
    assert.match(classifier.engine, /^ONNX Runtime/);
    await rejectsWith(
      openLayersModel(folder.at('model', 'model.json'), { memory: 100 }),
      'What the model computes takes',
      'more than the 0.0001 MB that Perturb may use',
      'raise perturb.engine.memory',
    );
  });

  it('says where TensorFlow.js leaves out a dilation, or interpolates otherwise than Keras', async () => {
    const dilated = await open('auto', layers.depthwiseConv2d({ kernelSize: 2, dilationRate: 2, padding: 'same' }));
    assert.match(dilated.notes.join(), /DepthwiseConv2D\): TensorFlow.js ignores its dilation/);
    const plain = await open('auto', layers.depthwiseConv2d({ kernelSize: 2, padding: 'same' }));
    assert.deepEqual(plain.notes, []);
    const larger = await open('auto', layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }));
    assert.match(larger.notes.join(), /UpSampling2D\): TensorFlow.js interpolates/);
  });

  it('takes away a gradient that is not that of the answers', async function () {
    // Native TensorFlow has the right one.
    if ((await startTensorFlow()).kind === 'native') this.skip();
    const { classifier, notes } = await open(
      'auto',
      layers.reshape({ targetShape: [5, 5, 3, 1] }),
      layers.conv3d({ filters: 2, kernelSize: 2 }),
    );
    assert.match(notes.join(), /^on TensorFlow.js: The layer \S+ \(Conv3D\) cannot be lowered to ONNX[^\n]*$/);
    assert.ok(!isDifferentiable(classifier), 'it has a gradient');
    assert.match(classifier.obstacle ?? '', /computes a wrong gradient/);
  });

  it('names the layer that has no gradient, or cannot be computed', async () => {
    const { classifier } = await open('tensorflow', layers.thresholdedReLU({ theta: 0.4 }));
    assert.match(classifier.obstacle ?? '', /^TensorFlow.js has no gradient for the layer \S+ \(ThresholdedReLU\)/);
    await rejectsWith(
      open('tensorflow', layers.softmax({ axis: 1 })),
      'TensorFlow.js cannot compute the layer softmax',
      'Convert the model to ONNX',
    );
  });
});
