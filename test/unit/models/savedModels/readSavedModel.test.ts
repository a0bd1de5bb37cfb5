import assert from 'node:assert/strict';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { convertModel } from '../../../../src/models/convert.ts';
import { openModel } from '../../../../src/models/open.ts';
import { readSavedModel } from '../../../../src/models/savedModels/readSavedModel.ts';
import { type MetaGraphMessage, SavedModelMessage } from '../../../../src/models/tensorflow/messages.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

const fixtures = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tensorflow', 'saved');

describe('SavedModels of TensorFlow, damaged or unusual', () => {
  const folder = temporaryFolder();
  let file = '';
  beforeEach(async () => {
    file = folder.at('plain', 'saved_model.pb');
    await cp(path.join(fixtures, 'plain'), folder.at('plain'), { recursive: true });
  });

  async function edit(change: (metaGraph: Changeable<MetaGraphMessage>) => void): Promise<void> {
    const message = SavedModelMessage.decode(await readFile(file)) as unknown as { metaGraphs: MetaGraphMessage[] };
    change(message.metaGraphs[0] as MetaGraphMessage);
    await writeFile(file, SavedModelMessage.encode(message as never).finish());
  }

  async function open(at = 'plain') {
    const opened = await openModel({ name: 'plain', path: folder.at(at), output: 'logits' });
    opened.classifier.dispose();
    return opened;
  }

  it('are opened by their folder or their file, and are identified by all their files', async () => {
    const { sha256, files } = await open();
    assert.deepEqual(
      files.map((each) => path.relative(folder.at('plain'), each).replaceAll('\\', '/')),
      ['saved_model.pb', 'variables/variables.index', 'variables/variables.data-00000-of-00001'],
    );
    assert.equal((await open('plain/saved_model.pb')).sha256, sha256);
  });

  it('are asked by the only signature, whatever its name', async () => {
    await edit(({ signatureDef }) => {
      delete (signatureDef as Record<string, unknown>).serving_default;
    });
    assert.equal((await open()).classifier.classes.length, 5);
  });

  it('say which signatures there are where none is the usual one', async () => {
    await edit(({ signatureDef }) => {
      const { serving_default: usual, other } = signatureDef;
      Object.assign(signatureDef, { first: usual, second: other });
      delete (signatureDef as Record<string, unknown>).serving_default;
    });
    await rejectsWith(open(), file, 'several signatures, other, first, second', '"other/class"');
    const { classifier } = await openModel({ name: 'plain', path: file, output: 'second/scores' });
    classifier.dispose();
    assert.equal(classifier.classes.length, 5);
    const converted = { name: 'plain', path: file, output: 'first/logits' };
    const { file: onnx } = await convertModel(converted, folder.at('first.onnx'), {});
    await rejectsWith(openModel({ name: 'plain', path: onnx, output: 'x' }), 'first/logits [batch, 5]');
    await edit(({ signatureDef }) => {
      for (const name of Object.keys(signatureDef)) delete (signatureDef as Record<string, unknown>)[name];
    });
    await rejectsWith(open(), file, 'has no signature', 'model.export("folder")');
  });

  it('say that an output is missing, and which there are', async () => {
    const opened = openModel({ name: 'plain', path: folder.at('plain'), output: 'wormhole' });
    await rejectsWith(opened, folder.at('plain'), '"wormhole"', 'logits [batch, 5]', 'scores [batch, 5]');
  });

  it('say which files of variables are missing, cut, or changed', async () => {
    const index = folder.at('plain', 'variables', 'variables.index');
    const data = folder.at('plain', 'variables', 'variables.data-00000-of-00001');
    const [indexBytes, dataBytes] = [await readFile(index), await readFile(data)];
    await writeFile(data, dataBytes.subarray(0, 100));
    await rejectsWith(open(), data, 'is too short for the variable');
    const changed = Buffer.from(dataBytes);
    changed[40] = (changed[40] as number) ^ 8;
    await writeFile(data, changed);
    await rejectsWith(open(), data, 'the checksum of', 'is wrong');
    await rm(data);
    await rejectsWith(open(), data, 'is missing', 'Copy the whole folder');
    await writeFile(data, dataBytes);
    for (const length of [0, 20, indexBytes.length - 1]) {
      await writeFile(index, indexBytes.subarray(0, length));
      await rejectsWith(open(), index, 'is damaged');
    }
    await rm(index);
    await rejectsWith(open(), index, 'is missing');
  });

  it('say that the graph is damaged', async () => {
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 200));
    await rejectsWith(open(), file, 'no intact SavedModel');
    await writeFile(file, '');
    await rejectsWith(open(), file, 'is empty');
  });

  it('refuse variables that would fill the memory', async () => {
    await rejectsWith(readSavedModel(file, { memory: 100 }), 'weights take', 'perturb.engine.memory');
  });

  it('name all operators that they lack at once, also those in functions', async () => {
    await edit(({ graphDef }) => {
      for (const { nodeDef } of graphDef?.library?.function ?? []) {
        for (const node of nodeDef as Changeable<(typeof nodeDef)[number]>[]) {
          if (node.op === 'Relu6') node.op = 'Wormhole';
          if (node.op === 'Elu') node.op = 'Teleport';
        }
      }
    });
    await rejectsWith(open(), file, 'Wormhole', 'Teleport', 'tf2onnx');
  });

  it('refuse what takes text, such as encoded images', async () => {
    await edit(({ signatureDef }) => {
      for (const { inputs } of Object.values(signatureDef)) {
        for (const input of Object.values(inputs)) (input as Changeable<typeof input>).dtype = 7;
      }
    });
    await rejectsWith(open(), file, 'as text', 'images as numbers');
  });
});
