import { readFile, writeFile } from 'node:fs/promises';
import type { Model } from '../../../../src/models/onnx/graph/graph.ts';
import { writeModel } from '../../../../src/models/onnx/graph/writeModel.ts';
import { openOnnxModel } from '../../../../src/models/onnx/openOnnxModel.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { assertClose, classes, classifierOf, gray } from './smallClassifier.ts';

describe('Opening an ONNX file refuses', () => {
  const folder = temporaryFolder();
  const save = (model: Model) => folder.write('model.onnx', writeModel(model));

  it('a truncated file', async () => {
    const file = await save(classifierOf());
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length / 2));
    await rejectsWith(openOnnxModel(file, {}), file, 'not an intact ONNX model');
  });

  for (const type of ['int8', 'bool', 'string'] as const) {
    it(`an input of type ${type}, which does not hold an image`, async () => {
      const model = classifierOf({
        input: { type, dims: ['n', 3, 4, 4] },
        nodes: [
          { operator: 'Cast', inputs: ['image'], outputs: ['numbers'], attributes: { to: 1 } },
          { operator: 'Flatten', inputs: ['numbers'], outputs: ['flat'] },
          { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
        ],
      });
      await rejectsWith(openOnnxModel(await save(model), {}), `image as ${type}`, 'takes float32 or uint8');
    });
  }

  it('a sigmoid that answers the same for several classes, whatever it sees', async () => {
    const saturated = (scale: number) =>
      classifierOf({
        constants: {
          w: { dims: [48, classes], values: new Float32Array(48 * classes).fill(1) },
          scale: { dims: [classes], values: [1, 2, 3, 4].map((k) => scale * k) },
        },
        tail: [
          { operator: 'Mul', inputs: ['scores', 'scale'], outputs: ['scaled'] },
          { operator: 'Sigmoid', inputs: ['scaled'], outputs: ['all'] },
        ],
      });
    await rejectsWith(openOnnxModel(await save(saturated(10)), {}), 'saturates', 'share the highest score');
    const { classifier } = await openOnnxModel(await save(saturated(0.001)), {});
    assertClose((await classifier.logits([gray]))[0], [0.024, 0.048, 0.072, 0.096]);
  });

  it('a file that is something else', async () => {
    const file = folder.at('text.onnx');
    await writeFile(file, 'version https://example.org/pointer\n');
    await rejectsWith(openOnnxModel(file, {}), file, 'not an intact ONNX model');
    await writeFile(file, '');
    await rejectsWith(openOnnxModel(file, {}), file, 'not an intact ONNX model');
  });

  it('a model that takes no image', async () => {
    await rejectsWith(openOnnxModel(await save(classifierOf({ input: { dims: ['n', 7] } })), {}), 'takes image [n, 7]');
    await rejectsWith(
      openOnnxModel(await save(classifierOf({ input: { dims: [1, 5, 4, 4] } })), {}),
      '1 or 3 channels',
    );
  });

  it('labels of another number of classes', async () => {
    await rejectsWith(openOnnxModel(await save(classifierOf()), { classes: ['a', 'b'] }), 'has 4 classes', 'name 2');
  });

  it('an operator that ONNX Runtime does not know', async () => {
    const tail = [{ operator: 'Frobnicate', inputs: ['scores'], outputs: ['p'] }];
    await rejectsWith(
      openOnnxModel(await save(classifierOf({ tail })), {}),
      'ONNX Runtime cannot run this model: ONNX’s operators, in the version that the model uses, have no "Frobnicate"',
    );
  });

  it('an operator of somebody else', async () => {
    const { graph, opsets, ...model } = classifierOf({
      tail: [{ operator: 'Frobnicate', inputs: ['scores'], outputs: ['p'] }],
    });
    const nodes = graph.nodes.map((node) => (node.operator === 'Frobnicate' ? { ...node, domain: 'com.acme' } : node));
    await rejectsWith(
      openOnnxModel(
        await save({ ...model, graph: { ...graph, nodes }, opsets: new Map([...opsets, ['com.acme', 1]]) }),
        {},
      ),
      'the model uses the operator "Frobnicate" of "com.acme", which only the program that made it has',
    );
  });

  it('a version of the operators that is not out yet', async () => {
    await rejectsWith(
      openOnnxModel(await save({ ...classifierOf(), opsets: new Map([['', 99]]) }), {}),
      /the model uses version 99 of ONNX’s operators, and it knows those up to (\d+)\. Export .* opset_version=\1 or less\.$/,
    );
  });
});
