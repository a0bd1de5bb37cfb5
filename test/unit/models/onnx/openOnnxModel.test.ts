import assert from 'node:assert/strict';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type DifferentiableClassifier, isDifferentiable } from '../../../../src/models/classifier.ts';
import { floatConstant, type Model } from '../../../../src/models/onnx/graph/graph.ts';
import type { AttributeValue } from '../../../../src/models/onnx/graph/graphBuilder.ts';
import { writeModel } from '../../../../src/models/onnx/graph/writeModel.ts';
import { openOnnxModel } from '../../../../src/models/onnx/openOnnxModel.ts';
import { noise } from '../../../support/onnx/makeModel.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { assertClose, classes, classifierOf, expectedLogits, gray, weights } from './smallClassifier.ts';

describe('Opening an ONNX file', () => {
  const folder = temporaryFolder();
  const save = (model: Model) => folder.write('model.onnx', writeModel(model));

  it('finds size, layout and number of classes without asking', async () => {
    const { classifier, files, sha256 } = await openOnnxModel(await save(classifierOf()), {});
    assert.deepEqual(classifier.input, { height: 4, width: 4, channels: 3 });
    assert.deepEqual(classifier.classes, ['0', '1', '2', '3']);
    assert.match(classifier.engine, /^ONNX Runtime [\d.]+ \(cpu\)$/);
    assert.deepEqual(
      files.map((file) => path.basename(file)),
      ['model.onnx'],
    );
    assert.match(sha256, /^[0-9a-f]{64}$/);
    const [row] = await classifier.logits([gray]);
    assertClose(row, expectedLogits([0.5, 0.5, 0.5]));
  });

  it('takes images with channels last', async () => {
    const model = classifierOf({
      input: { dims: ['n', 4, 4, 3] },
      nodes: [
        { operator: 'Transpose', inputs: ['image'], outputs: ['moved'], attributes: { perm: [0, 3, 1, 2] } },
        { operator: 'Flatten', inputs: ['moved'], outputs: ['flat'] },
        { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
      ],
    });
    const { classifier } = await openOnnxModel(await save(model), {});
    const red = Float32Array.from(gray, (_, i) => (i % 3 === 0 ? 1 : 0));
    assertClose((await classifier.logits([red]))[0], expectedLogits([1, 0, 0]));
  });

  it('finds the channels of images 3 pixels high or wide by the first layer', async () => {
    const filters = noise(classes * 3 * 3 * 16);
    const redSums = Array.from({ length: classes }, (_, k) => {
      return filters.slice(k * 144, k * 144 + 48).reduce((sum, value) => sum + value, 0);
    });
    const orders = {
      last: { dims: ['n', 3, 16, 3], perm: [0, 3, 1, 2] },
      first: { dims: ['n', 3, 16, 3], perm: [0, 1, 3, 2] },
    };
    for (const [where, { dims, perm }] of Object.entries(orders)) {
      const model = classifierOf({
        input: { dims },
        constants: { w: { dims: [classes, 3, 3, 16], values: filters } },
        nodes: [
          { operator: 'Transpose', inputs: ['image'], outputs: ['moved'], attributes: { perm } },
          { operator: 'Conv', inputs: ['moved', 'w'], outputs: ['scores'] },
        ],
      });
      const shape = where === 'last' ? { height: 3, width: 16, channels: 3 } : { height: 16, width: 3, channels: 3 };
      for (const stated of [{}, { input: [3, 16, 3] }]) {
        const { classifier } = await openOnnxModel(await save(model), stated);
        assert.deepEqual(classifier.input, shape);
        const red = Float32Array.from({ length: 144 }, (_, i) => (i % 3 === 0 ? 1 : 0));
        assertClose((await classifier.logits([red]))[0], redSums);
      }
    }
  });

  it('finds the channels where weights are stored in another order', async () => {
    const filters = noise(3 * classes * 3 * 16);
    const model = classifierOf({
      input: { dims: ['n', 3, 16, 3] },
      constants: { w: { dims: [3, classes, 3, 16], values: filters } },
      nodes: [
        { operator: 'Transpose', inputs: ['w'], outputs: ['weights'], attributes: { perm: [1, 0, 2, 3] } },
        { operator: 'Transpose', inputs: ['image'], outputs: ['moved'], attributes: { perm: [0, 3, 1, 2] } },
        { operator: 'Conv', inputs: ['moved', 'weights'], outputs: ['scores'] },
      ],
    });
    const { classifier } = await openOnnxModel(await save(model), {});
    assert.deepEqual(classifier.input, { height: 3, width: 16, channels: 3 });
    const red = Float32Array.from({ length: 144 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const sums = Array.from({ length: classes }, (_, k) => {
      return filters.slice(k * 48, k * 48 + 48).reduce((sum, value) => sum + value, 0);
    });
    assertClose((await classifier.logits([red]))[0], sums);
  });

  it('applies mean, standard deviation and channel order', async () => {
    const preprocessing = { mean: [0.1, 0.2, 0.3], std: [0.5, 0.25, 2], channels: 'bgr' as const };
    const { classifier } = await openOnnxModel(await save(classifierOf()), { preprocessing });
    const color = Float32Array.from(gray, (_, i) => [0.9, 0.6, 0.3][i % 3] as number);
    assertClose(
      (await classifier.logits([color]))[0],
      expectedLogits([(0.3 - 0.1) / 0.5, (0.6 - 0.2) / 0.25, (0.9 - 0.3) / 2]),
    );
  });

  it('takes class names and normalization from the metadata, and says so', async () => {
    const metadata = { names: "{0: 'a', 1: 'b', 2: 'c', 3: 'd'}", mean: '0.5', std: '[0.5, 0.5, 0.5]' };
    const { classifier, notes } = await openOnnxModel(await save(classifierOf({ metadata })), {});
    assert.deepEqual(classifier.classes, ['a', 'b', 'c', 'd']);
    assertClose((await classifier.logits([gray]))[0], [0, 0, 0, 0]);
    assert.equal(notes.length, 2);
  });

  it('takes 1,000 classes without names for ImageNet’s, and says so', async () => {
    const many = classifierOf({ constants: { w: { dims: [48, 1000], values: noise(48_000) } } });
    const { classifier, notes } = await openOnnxModel(await save(many), {});
    assert.deepEqual(
      [0, 134, 999].map((index) => classifier.classes[index]),
      ['tench (n01440764)', 'crane bird (n02012849)', 'toilet tissue (n15075141)'],
    );
    assert.ok(
      notes.some((note) => note.includes('ImageNet')),
      `no note among ${notes.join('; ')}`,
    );
    const more = classifierOf({ constants: { w: { dims: [48, 1001], values: noise(48_048) } } });
    const { classes: names } = (await openOnnxModel(await save(more), {})).classifier;
    assert.deepEqual([names[0], names[1], names.length], ['background', 'tench (n01440764)', 1001]);
    await save(many);
    const labels = Array.from({ length: 1000 }, (_, index) => `own ${index}`);
    const named = await openOnnxModel(await save(many), { classes: labels });
    assert.equal(named.classifier.classes[0], 'own 0');
    assert.ok(!named.notes.some((note) => note.includes('ImageNet')), 'a note on names that were given');
  });

  it('cuts the softmax at the end, also behind a change of shape', async () => {
    for (const tail of [
      [{ operator: 'Softmax', inputs: ['scores'], outputs: ['p'] }],
      [
        { operator: 'LogSoftmax', inputs: ['scores'], outputs: ['p'], attributes: { axis: 1 } },
        { operator: 'Identity', inputs: ['p'], outputs: ['same'] },
      ],
    ]) {
      const { classifier } = await openOnnxModel(await save(classifierOf({ tail })), {});
      assertClose((await classifier.logits([gray]))[0], expectedLogits([0.5, 0.5, 0.5]));
    }
  });

  it('widens a batch that is fixed at one image', async () => {
    const { classifier } = await openOnnxModel(await save(classifierOf({ input: { dims: [1, 3, 4, 4] } })), {});
    assert.ok(classifier.batchSize > 1, `its batch size is ${classifier.batchSize}`);
    const rows = await classifier.logits(Array.from({ length: 7 }, () => gray));
    for (const row of rows) assertClose(row, expectedLogits([0.5, 0.5, 0.5]));
  });

  it('runs at a batch that the file fixes where it cannot be widened', async () => {
    const model = classifierOf({
      input: { dims: [3, 3, 4, 4] },
      constants: { w: { dims: [48, classes], values: weights }, target: { ints: [3, 48] } },
      nodes: [
        { operator: 'Reshape', inputs: ['image', 'target'], outputs: ['flat'] },
        { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
      ],
    });
    const { classifier } = await openOnnxModel(await save(model), {});
    assert.equal(classifier.batchSize, 3);
    const rows = await classifier.logits(Array.from({ length: 4 }, () => gray));
    assert.equal(rows.length, 4);
    for (const row of rows) assertClose(row, expectedLogits([0.5, 0.5, 0.5]));
  });

  it('needs to be told the size that a model of any size is to be given', async () => {
    const model = classifierOf({
      input: { dims: ['n', 3, 'h', 'w'] },
      constants: { w: { dims: [3, classes], values: noise(12) } },
      nodes: [
        { operator: 'GlobalAveragePool', inputs: ['image'], outputs: ['mean'] },
        { operator: 'Flatten', inputs: ['mean'], outputs: ['flat'] },
        { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
      ],
    });
    const file = await save(model);
    await rejectsWith(openOnnxModel(file, {}), 'images of any size', '"crop": 224');
    const { classifier } = await openOnnxModel(file, { size: 8 });
    assert.deepEqual(classifier.input, { height: 8, width: 8, channels: 3 });
  });

  it('keeps a model attackable as a black box, and names the operator that no gradient passes', async () => {
    const tail = [{ operator: 'Det', inputs: ['square'], outputs: ['det'] }];
    const model = classifierOf({
      constants: {
        w: { dims: [48, classes], values: weights },
        target: { ints: [0, 4, 2, 2] },
        v: { dims: [4, 4, 4], values: noise(64) },
      },
      nodes: [
        { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
        { operator: 'Slice', inputs: ['flat', 'starts', 'ends', 'axes'], outputs: ['part'] },
        { operator: 'Reshape', inputs: ['part', 'target'], outputs: ['square'] },
        ...tail,
      ],
    });
    for (const [name, ints] of Object.entries({ starts: [0], ends: [16], axes: [1] })) {
      (model.graph.constants as Map<string, unknown>).set(name, {
        type: 'int64',
        dims: [1],
        data: new Uint8Array(BigInt64Array.from(ints, BigInt).buffer),
      });
    }
    const { classifier } = await openOnnxModel(await save(model), {});
    assert.equal((await classifier.logits([gray]))[0]?.length, 4);
    assert.ok(!isDifferentiable(classifier));
    assert.match(classifier.obstacle ?? '', /Det/);
  });

  it('keeps a float16 model as a black box, and says why', async () => {
    const halves = new Uint8Array(
      Uint16Array.from({ length: 48 * classes }, (_, i) => (i % 7 === 0 ? 0x3800 : 0xb400)).buffer,
    );
    const model = classifierOf({
      input: { type: 'float16', dims: ['n', 3, 4, 4] },
      constants: { w: { type: 'float16', dims: [48, classes], data: halves } },
      outputs: [{ name: 'scores', type: 'float16', dims: ['n', classes] }],
    });
    const { classifier } = await openOnnxModel(await save(model), {});
    // Weights are 0.5 (every seventh) and −0.25.
    const expected = Array.from({ length: classes }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < 48; i++) sum += 0.5 * ((i * classes + k) % 7 === 0 ? 0.5 : -0.25);
      return sum;
    });
    assertClose((await classifier.logits([gray]))[0], expected);
    assert.ok(!isDifferentiable(classifier));
    assert.match(classifier.obstacle ?? '', /float16/);
  });

  it('keeps a quantized model as a black box, and says why', async () => {
    const model = classifierOf({
      constants: {
        w: { dims: [48, classes], values: weights },
        scale: { dims: [], values: [1 / 128] },
        zero: { type: 'uint8', dims: [], data: Uint8Array.of(0) },
      },
      nodes: [
        { operator: 'QuantizeLinear', inputs: ['image', 'scale', 'zero'], outputs: ['bytes'] },
        { operator: 'DequantizeLinear', inputs: ['bytes', 'scale', 'zero'], outputs: ['rounded'] },
        { operator: 'Flatten', inputs: ['rounded'], outputs: ['flat'] },
        { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
      ],
    });
    const { classifier } = await openOnnxModel(await save(model), {});
    assertClose((await classifier.logits([gray]))[0], expectedLogits([0.5, 0.5, 0.5]));
    assert.ok(!isDifferentiable(classifier));
    assert.match(classifier.obstacle ?? '', /DequantizeLinear "\w+" \(it computes in 8 bits\)/);
  });

  it('takes the scores before a map from class to score, whichever of the two names is stated', async () => {
    const classical = classifierOf({
      tail: [
        {
          operator: 'ZipMap',
          domain: 'ai.onnx.ml',
          inputs: ['scores'],
          outputs: ['map'],
          attributes: { classlabels_int64s: [0, 1, 2, 3] },
        },
      ],
      outputs: [{ name: 'map' }],
    });
    for (const output of [undefined, 'map', 'scores']) {
      const { classifier } = await openOnnxModel(await save(classical), output === undefined ? {} : { output });
      assertClose((await classifier.logits([gray]))[0], expectedLogits([0.5, 0.5, 0.5]));
    }
  });

  it('takes class names from a map from class to score', async () => {
    const mapped = (attributes: Readonly<Record<string, AttributeValue>>) => {
      const map = { operator: 'ZipMap', domain: 'ai.onnx.ml', inputs: ['scores'], outputs: ['map'], attributes };
      return classifierOf({ tail: [map], outputs: [{ name: 'map' }] });
    };
    const named = await openOnnxModel(
      await save(mapped({ classlabels_strings: { kind: 'strings', value: ['a', 'b', 'c', 'd'] } })),
      {},
    );
    assert.deepEqual(named.classifier.classes, ['a', 'b', 'c', 'd']);
    const numbered = await openOnnxModel(await save(mapped({ classlabels_int64s: [1, 2, 3, 4] })), {});
    assert.deepEqual(numbered.classifier.classes, ['1', '2', '3', '4']);
  });

  it('runs at a batch that is written inside of a model which claims to take any', async () => {
    const model = classifierOf({
      constants: {
        w: { dims: [48, classes], values: weights },
        hundred: { ints: [100, 48] },
      },
      nodes: [
        { operator: 'Reshape', inputs: ['image', 'hundred'], outputs: ['flat'] },
        { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
      ],
    });
    const { classifier } = await openOnnxModel(await save(model), {});
    assertClose((await classifier.logits([gray]))[0], expectedLogits([0.5, 0.5, 0.5]));
  });

  it('says that a model draws random numbers', async () => {
    const model = classifierOf({
      nodes: [
        { operator: 'RandomNormalLike', inputs: ['image'], outputs: ['noise'] },
        { operator: 'Add', inputs: ['image', 'noise'], outputs: ['sum'] },
        { operator: 'Flatten', inputs: ['sum'], outputs: ['flat'] },
        { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
      ],
    });
    const { classifier, notes } = await openOnnxModel(await save(model), {});
    assert.match(notes.join(), /draws random numbers \(RandomNormalLike\)/);
    assert.match(classifier.obstacle ?? '', /RandomNormalLike "noise" \(it draws random numbers\)/);
  });

  it('draws random numbers anew in each run, also where they do not depend on the image', async () => {
    const model = classifierOf({
      tail: [
        { operator: 'RandomUniform', inputs: [], outputs: ['noise'], attributes: { shape: [1, classes] } },
        { operator: 'Add', inputs: ['scores', 'noise'], outputs: ['sum'] },
      ],
    });
    const { classifier } = await openOnnxModel(await save(model), {});
    const [[first], [second]] = [await classifier.logits([gray]), await classifier.logits([gray])];
    assert.notDeepEqual(first, second);
  });

  it('names the operator and its version where ONNX Runtime has none for the numbers of a model', async () => {
    const w = { type: 'float64' as const, dims: [3, 3, 1, 1], data: new Uint8Array(new Float64Array(9).buffer) };
    const model = classifierOf({
      input: { type: 'float64', dims: ['n', 3, 4, 4] },
      constants: { w },
      nodes: [{ operator: 'Conv', inputs: ['image', 'w'], outputs: ['scores'] }],
    });
    await rejectsWith(
      openOnnxModel(await save(model), {}),
      'it has no Conv, in version 11',
      'Export the model in float32',
    );
  });

  it('reads weights beside the file, and names them when they are missing or too short', async () => {
    const data = folder.at('weights.bin');
    await writeFile(data, new Uint8Array(weights.buffer));
    const file = await save({
      ...classifierOf({ constants: {} }),
      ...withExternal(data),
    });
    const { classifier, files } = await openOnnxModel(file, {});
    assertClose((await classifier.logits([gray]))[0], expectedLogits([0.5, 0.5, 0.5]));
    assert.deepEqual(files, [file, data]);
    await writeFile(data, new Uint8Array(weights.buffer).subarray(0, 100));
    await rejectsWith(openOnnxModel(file, {}), 'weights.bin', 'has 100 bytes', '768');
    await rm(data);
    await rejectsWith(openOnnxModel(file, {}), 'weights.bin', 'which does not exist');
  });

  function withExternal(file: string): Pick<Model, 'graph' | 'folder'> {
    const { graph } = classifierOf();
    const w = { type: 'float32' as const, dims: [48, classes], data: { file, offset: 0, length: 48 * classes * 4 } };
    return { graph: { ...graph, constants: new Map([['w', w]]) }, folder: folder.at() };
  }

  it('says that a file changed while it was tested', async () => {
    const big = { w: floatConstant(noise(48 * 500), [48, 500]) };
    const file = await save(classifierOf({ constants: big }));
    const { classifier } = await openOnnxModel(file, {});
    await appendFile(file, 'more');
    const asked = (classifier as unknown as DifferentiableClassifier).pullback(
      [gray],
      [[{ kind: 'margin', label: 0 }]],
    );
    await rejectsWith(asked, file, 'was changed while it was being tested');
  });
});
