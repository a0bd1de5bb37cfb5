import assert from 'node:assert/strict';
import { removeFiles, resolveText, withTests } from './workspaces.ts';

const expect = '"attack": "fgsm", "epsilon": "8/255", "expect": { "robustAccuracy": 0.4 }';

/** How the only model of a workspace is prepared for, when its settings have this `preprocessing`. */
async function resolved(preprocessing?: unknown) {
  const model = { path: 'signs.onnx', ...(preprocessing !== undefined && { preprocessing }) };
  const text = withTests(`{ "T": { "model": "signs", "dataset": "street", ${expect} } }`);
  const { plans, lines } = await resolveText(text.replace('{ "path": "signs.onnx" }', JSON.stringify(model)));
  assert.deepEqual(lines, []);
  const { resizing, preprocessing: values } = plans[0]?.model ?? assert.fail();
  return { ...resizing, ...values };
}

const stretched = { resize: 'stretch', interpolation: 'lanczos' };
const imagenet = {
  resize: { ratio: 256 / 224 },
  interpolation: 'bilinear',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channels: 'rgb',
};
const clip = {
  resize: { ratio: 1 },
  interpolation: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
  channels: 'rgb',
};
const half = [0.5, 0.5, 0.5];

describe('preprocessing in the settings', () => {
  afterEach(removeFiles);

  it('is left to the model, and to files next to it, unless it is stated, and images are stretched', async () => {
    assert.deepEqual(await resolved(), {});
    assert.deepEqual(await resolved({}), {});
    assert.deepEqual(await resolved({ interpolation: 'lanczos' }), stretched);
    assert.deepEqual(await resolved({ channels: 'bgr' }), {
      ...stretched,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      channels: 'bgr',
    });
  });

  for (const [name, values] of Object.entries({
    imagenet,
    clip,
    tf: { ...stretched, mean: half, std: half, channels: 'rgb' },
    caffe: {
      ...stretched,
      mean: [103.939, 116.779, 123.68].map((level) => level / 255),
      std: [1 / 255, 1 / 255, 1 / 255],
      channels: 'bgr',
    },
    torch: { ...imagenet, ...stretched },
  })) {
    it(`may be a preset: ${name}`, async () => {
      assert.deepEqual(await resolved(name), values);
      assert.deepEqual(await resolved({ preset: name }), values);
    });
  }

  it('may be a preset with other values', async () => {
    const other = { std: 0.25, resize: 232, crop: 224, interpolation: 'bicubic' };
    assert.deepEqual(await resolved({ preset: 'imagenet', ...other }), {
      ...imagenet,
      ...other,
      std: [0.25, 0.25, 0.25],
    });
    assert.deepEqual(await resolved({ preset: 'imagenet', resize: 'stretch' }), { ...imagenet, resize: 'stretch' });
  });

  it('turns the numbers of a preset around with its channels, and leaves stated ones', async () => {
    assert.deepEqual(await resolved({ preset: 'imagenet', channels: 'bgr', std: [1, 2, 3] }), {
      ...imagenet,
      mean: [0.406, 0.456, 0.485],
      std: [1, 2, 3],
      channels: 'bgr',
    });
  });

  it('may state a size without a preset', async () => {
    const values = await resolved({ resize: 256, crop: 224, interpolation: 'nearest' });
    assert.deepEqual(values, {
      resize: 256,
      crop: 224,
      interpolation: 'nearest',
    });
  });
});
