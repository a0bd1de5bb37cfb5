import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isDifferentiable } from '../../../src/models/classifier.ts';
import { convertModel } from '../../../src/models/convert.ts';
import { openModel } from '../../../src/models/open.ts';
import type { ModelSource } from '../../../src/models/source.ts';
import { demoFolder } from '../../support/demoWorkspace.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { compare } from '../../verify/check.ts';

const fixtures = path.join(import.meta.dirname, '..', '..', 'fixtures');

/** Models in each format that is lowered, and whether their weights are stored as they are. */
const models = [
  path.join(fixtures, 'exported', 'convnext.pt2'),
  path.join(fixtures, 'exported', 'convnext.bfloat16.pt2'),
  path.join(fixtures, 'keras', 'sequential.keras'),
  path.join(fixtures, 'keras', 'functional.2.h5'),
  path.join(fixtures, 'tflite', 'separable.float16.tflite'),
  path.join(demoFolder, 'models', 'signs', 'model.json'),
];

async function answersOf(source: ModelSource) {
  const { classifier } = await openModel(source);
  assert.ok(isDifferentiable(classifier), 'it gives no gradient');
  const { height, width, channels } = classifier.input;
  const image = Float32Array.from({ length: height * width * channels }, (_, i) => ((i * 37) % 256) / 255);
  const { logits, gradients } = await classifier.pullback([image], [[{ kind: 'crossEntropy', label: 1 }]]);
  classifier.dispose();
  return { logits: logits[0] as Float32Array, gradient: gradients[0]?.[0] as Float32Array };
}

describe('Converted models', () => {
  const folder = temporaryFolder();
  const source = (at: string): ModelSource => ({ name: 'model', path: at });

  for (const at of models) {
    it(`have the logits and gradients of ${path.basename(at)}`, async () => {
      const to = folder.at(`${path.basename(at)}.onnx`);
      const { nodes, bytes } = await convertModel(source(at), to, {});
      assert.ok(nodes > 0 && bytes > 0, 'nothing was written');
      const [right, found] = [await answersOf(source(at)), await answersOf(source(to))];
      const logits = compare([found.logits], [Float64Array.from(right.logits)]);
      assert.ok(logits.error < 1e-6, `the logits are off by ${logits.error}`);
      const gradient = compare([found.gradient], [Float64Array.from(right.gradient)]);
      assert.ok(gradient.error < 1e-5, `the gradient is off by ${gradient.error}`);
    });
  }

  it('are never written over something, or where there is no folder', async () => {
    const [at = ''] = models;
    const there = await folder.write('there.onnx', 'mine');
    await rejectsWith(convertModel(source(at), there, {}), 'there.onnx exists already', 'Choose another name');
    const nowhere = folder.at(path.join('missing', 'model.onnx'));
    await rejectsWith(convertModel(source(at), nowhere, {}), 'Cannot write', 'its folder does not exist');
    await rejectsWith(convertModel(source(at), folder.at('model.pt2'), {}), 'End its name in .onnx');
    assert.ok(!(await readdir(folder.at('.'))).includes('model.pt2'), 'a file was written');
  });

  it('are refused where there is no graph, or the model is ONNX', async () => {
    const endpoint = { protocol: 'open-inference', secret: undefined } as never;
    const remote = { name: 'model', path: 'https://example.com/v2/models/signs', endpoint };
    await rejectsWith(convertModel(remote, folder.at('a.onnx'), {}), 'is on a server');
    const onnx = source(path.join(fixtures, 'onnx', 'convnext.torchscript.onnx'));
    await rejectsWith(convertModel(onnx, folder.at('a.onnx'), {}), 'is an ONNX model already');
    await rejectsWith(convertModel(source(folder.at('none.keras')), folder.at('a.onnx'), {}), 'there is no such model');
  });
});
