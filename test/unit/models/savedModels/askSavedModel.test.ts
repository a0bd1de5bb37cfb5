import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDifferentiable } from '../../../../src/models/classifier.ts';
import { openModel } from '../../../../src/models/open.ts';
import { type MetaGraphMessage, SavedModelMessage } from '../../../../src/models/tensorflow/messages.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const fixtures = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tensorflow');
const saved = path.join(fixtures, 'asked', 'buckets');

describe('A SavedModel that cannot be written as ONNX', () => {
  const folder = temporaryFolder();
  let isNative = false;
  before(async () => {
    isNative = (await startTensorFlow()).kind === 'native';
  });

  /** Changes the graph of a copy. */
  async function changed(change: (metaGraph: MetaGraphMessage) => void): Promise<string> {
    await cp(saved, folder.at('changed'), { recursive: true });
    const file = folder.at('changed', 'saved_model.pb');
    const message = SavedModelMessage.decode(await readFile(file)) as unknown as { metaGraphs: MetaGraphMessage[] };
    change(message.metaGraphs[0] as MetaGraphMessage);
    await writeFile(file, SavedModelMessage.encode(message as never).finish());
    return file;
  }

  it('is computed by native TensorFlow, without gradients, where that is there', async function () {
    if (!isNative) return this.skip();
    const { image, models } = JSON.parse(await readFile(path.join(fixtures, 'expected.json'), 'utf8'));
    const { classifier, notes, files } = await openModel({ name: 'buckets', path: saved });
    assert.match(classifier.engine, /^tfjs-node .* \(native, TensorFlow /);
    assert.match(notes.join('\n'), /on native TensorFlow, without gradients: .*Bucketize/);
    assert.equal(files.length, 3);
    assert.ok(!isDifferentiable(classifier));
    const shown = Float32Array.from(image as number[], (level) => level / 255);
    // More than a batch.
    const rows = await classifier.logits(Array.from({ length: 20 }, () => shown));
    classifier.dispose();
    const expected = models.buckets.logits as number[];
    for (const row of [rows[0], rows[19]]) {
      for (const [k, value] of expected.entries()) assert.ok(Math.abs((row?.[k] ?? NaN) - value) < 1e-4, `${row}`);
    }
  });

  it('is given pixels that are preprocessed as the settings say', async function () {
    if (!isNative) return this.skip();
    const levels = Array.from({ length: 432 }, (_, i) => (i * 37) % 256);
    const image = Float32Array.from(levels, (level) => level / 255);
    const plain = await openModel({ name: 'buckets', path: saved });
    const turned = await openModel({
      name: 'buckets',
      path: saved,
      preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: 'bgr' },
    });
    const seen = image.map((_, i) => ((image[i - (i % 3) + 2 - (i % 3)] as number) - 0.5) / 0.5);
    assert.deepEqual(await turned.classifier.logits([image]), await plain.classifier.logits([seen]));
    for (const { classifier } of [plain, turned]) classifier.dispose();
  });

  it('is refused where it takes no images, or has no such output', async function () {
    if (!isNative) return this.skip();
    await rejectsWith(openModel({ name: 'buckets', path: saved, output: 'logits' }), 'no output "logits"', 'scores');
    const flat = await changed(({ signatureDef }) => {
      const { inputs } = signatureDef.serving_default as { inputs: Record<string, { dtype: number }> };
      for (const input of Object.values(inputs)) input.dtype = 3;
    });
    await rejectsWith(openModel({ name: 'buckets', path: flat }), flat, 'image int32', 'float32 or uint8');
  });

  it('says how to have TensorFlow where that is missing', async function () {
    if (isNative) return this.skip();
    await rejectsWith(
      openModel({ name: 'buckets', path: saved }),
      path.join(saved, 'saved_model.pb'),
      'Perturb cannot write as ONNX: Bucketize',
      'Or have native TensorFlow compute the model as it is, without gradients',
      /PERTURB_BACKEND|perturb install-tensorflow/,
    );
  });
});
