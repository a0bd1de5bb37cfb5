import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { isDifferentiable } from '../../../../src/models/classifier.ts';
import { openModel } from '../../../../src/models/open.ts';
import { readTfliteModel } from '../../../../src/models/tflite/readTfliteModel.ts';
import { parseProgram } from '../../../../src/models/tflite/schema.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { fixtures, readOperator } from './operatorsChecks.ts';

const at = (name: string) => path.join(fixtures, `${name}.tflite`);

async function opened(name: string) {
  const model = await openModel({ name: 'model', path: at(name) });
  model.classifier.dispose();
  return model;
}

describe('TensorFlow Lite models', () => {
  const folder = temporaryFolder();
  const refuses = (name: string, ...words: string[]) =>
    rejectsWith(readOperator(readTfliteModel, `refused/${name}`), `${name}.tflite`, ...words);

  it('have the class names and the normalization of their metadata', async () => {
    const { classifier, preprocessing, notes } = await opened('described');
    assert.deepEqual(classifier.classes, ['cat', 'dog', 'bird', 'fish', 'horse']);
    assert.deepEqual(preprocessing, { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], channels: 'rgb' });
    assert.deepEqual(notes, [
      'mean and standard deviation come from the model’s metadata',
      'class names come from the model’s metadata',
    ]);
  });

  it('are given levels as they are where their input has 8 bits without a sign', async () => {
    const { preprocessing } = await opened('separable.uint8');
    const bytes = await readFile(at('separable.uint8'));
    const { tensors, inputs } = parseProgram(bytes);
    const { scales: [scale = 0] = [], zeroPoints: [zero = 0] = [] } = tensors[inputs[0] as number]?.quantization ?? {};
    for (const level of [0, 100, 255]) {
      const [mean = 0, std = 0] = [preprocessing.mean[0], preprocessing.std[0]];
      assert.ok(Math.abs((level / 255 - mean) / std - scale * (level - zero)) < 1e-5, `level ${level}`);
    }
  });

  it('that compute in 8 bits are black boxes, and say so', async () => {
    const { classifier, notes } = await opened('branches.int8');
    assert.ok(!isDifferentiable(classifier), 'it has a gradient');
    assert.match(notes[0] ?? '', /computes in 8 bits/);
    assert.match(String((classifier as { obstacle?: string }).obstacle), /Attack the original float32 model/);
  });

  it('whose weights alone have 8 bits have gradients, and say what differs', async () => {
    const { classifier, notes } = await opened('branches.dynamic');
    assert.ok(isDifferentiable(classifier), 'it has no gradient');
    assert.match(notes[0] ?? '', /stored in 8 bits are computed with in float32/);
  });

  for (const name of ['separable.float', 'separable.int8', 'branches.float', 'transformer.float']) {
    it(`take a batch, and give each image what it gets alone: ${name}`, async () => {
      const { classifier } = await openModel({ name: 'model', path: at(name) });
      assert.ok(classifier.batchSize > 1, 'it takes one image at a time');
      const images = Array.from({ length: 5 }, (_, k) =>
        Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => (1 + Math.sin((k + 2) * i)) / 2),
      );
      const together = await classifier.logits(images);
      for (const [k, image] of images.entries()) {
        const [alone] = await classifier.logits([image]);
        const errors = Array.from(alone as Float32Array, (value, i) => Math.abs(value - (together[k]?.[i] as number)));
        assert.ok(Math.max(...errors) < 1e-5, `image ${k}: ${Math.max(...errors)}`);
      }
      classifier.dispose();
    });
  }

  it('turn no image from channels first to channels last between convolutions', async () => {
    const { graph } = await readTfliteModel(at('separable.float'));
    const turned = graph.nodes.filter(
      ({ operator, inputs }) => operator === 'Transpose' && !graph.constants.has(inputs[0] as string),
    );
    assert.equal(turned.length, 1);
  });

  it('name every operator that ONNX lacks, and say what to do', async () => {
    await refuses('unknown', 'cannot write as ONNX: SEGMENT_SUM, BUCKETIZE. Open the model that it was converted from');
    await refuses('control_flow', 'WHILE');
  });

  it('say what in them cannot be written', async () => {
    await refuses('cyclic', 'ADD "a"', '"y" is used before it is computed');
    await refuses('open', '"x"', '[-1, -1, -1, 4] leaves the size of images open', 'convert the model for one size');
    await refuses('sparse', '"w"', 'numbers of it that are not zero');
    await refuses('int16', 'QUANTIZE "y"', 'int16', '8-bit activations');
    await refuses('no_inputs', 'ADD "y"', 'its input 0 is missing');
    await refuses('other_shape', 'RELU "y"', 'gives [1, 5, 6, 4] where the file says [1, 5, 6, 5]');
    await refuses('other_options', 'AVERAGE_POOL_2D "y"', 'options are those of another operator');
  });

  it('that give the number of a class have no scores', async () => {
    const open = (file: string) => openModel({ name: 'model', path: file });
    await rejectsWith(readOperator(open, 'refused/class_number'), 'class_number.tflite', 'ArgMax');
  });

  it('are refused where they are cut off', async () => {
    const bytes = await readFile(at('separable.float'));
    for (let length = 0; length < bytes.length; length += 251) {
      const cut = await folder.write('cut.tflite', bytes.subarray(0, length));
      await rejectsWith(readTfliteModel(cut), cut, 'not an intact TensorFlow Lite model', 'Convert or copy');
    }
  });

  it('are refused where they are something else', async () => {
    const text = await folder.write('text.tflite', 'this is no model at all');
    await rejectsWith(readTfliteModel(text), text, 'it does not begin as one');
    await rejectsWith(readTfliteModel(folder.at('none.tflite')), 'none.tflite', 'does not exist');
  });

  it('are refused where they need more memory than there may be', async () => {
    await rejectsWith(readTfliteModel(at('branches.float'), 1000), at('branches.float'), 'its weights take');
  });

  it('are refused where a list of tables shows one table over and over', () => {
    const count = 5000;
    const bytes = Buffer.alloc(4 * count + 200);
    // The root at 100 has one field, 2: a vector at 108, whose elements are all the table at 40, which is the same.
    bytes.writeUInt32LE(100, 0);
    bytes.write('TFL3', 4);
    bytes.writeUInt16LE(10, 20).toString();
    bytes.writeUInt16LE(8, 22);
    bytes.writeUInt16LE(4, 28);
    for (const table of [40, 100]) bytes.writeInt32LE(table - 20, table);
    bytes.writeUInt32LE(108 - 104, 104);
    bytes.writeUInt32LE(108 - 44, 44);
    bytes.writeUInt32LE(count, 108);
    for (let i = 0; i < count; i++) bytes.writeInt32LE(40 - (112 + 4 * i), 112 + 4 * i);
    assert.throws(() => parseProgram(bytes), RangeError);
  });

  it('of any bytes are read, or refused as damaged', async () => {
    const whole = await readFile(at('separable.float16'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1 }), async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [place, value] of changes) bytes[place] = value;
        const file = await folder.write('changed.tflite', bytes);
        await readTfliteModel(file).catch((error: Error) => assert.equal(error.name, 'UserError', error.stack));
      }),
    );
  });
});
