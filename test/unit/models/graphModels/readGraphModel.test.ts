import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { convertModel } from '../../../../src/models/convert.ts';
import { readGraphModel } from '../../../../src/models/graphModels/readGraphModel.ts';
import { openModel } from '../../../../src/models/open.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

interface Node {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, unknown>;
}

interface GraphModel {
  format?: string;
  signature?: { inputs: Record<string, { name: string; tensorShape: { dim: { size: string }[] } }>; outputs: object };
  modelTopology: { node: Node[]; library?: object };
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

const fixtures = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tensorflow', 'graphs');

describe('Graph models of TensorFlow.js, damaged or unusual', () => {
  const folder = temporaryFolder();
  let file = '';
  beforeEach(async () => {
    file = folder.at('mobile', 'model.json');
    await cp(path.join(fixtures, 'mobile'), folder.at('mobile'), { recursive: true });
  });

  async function edit(change: (json: GraphModel) => GraphModel | undefined): Promise<void> {
    const json = JSON.parse(await readFile(file, 'utf8')) as GraphModel;
    await writeFile(file, JSON.stringify(change(json) ?? json));
  }

  async function open() {
    const opened = await openModel({ name: 'mobile', path: folder.at('mobile') });
    opened.classifier.dispose();
    return opened;
  }

  function find({ modelTopology }: GraphModel, operator: string): Node {
    return modelTopology.node.find(({ op }) => op === operator) ?? assert.fail(operator);
  }

  it('are told from layers models by what they have', async () => {
    await edit((json) => {
      delete json.format;
    });
    assert.equal((await open()).classifier.classes.length, 5);
  });

  it('have an identity that changes with each of their files', async () => {
    const { sha256, files } = await open();
    assert.deepEqual(
      files.map((each) => path.basename(each)),
      ['model.json', 'group1-shard1of1.bin'],
    );
    const weights = await readFile(files[1] as string);
    weights[weights.length - 4] = (weights.at(-4) as number) ^ 1;
    await writeFile(files[1] as string, weights);
    assert.notEqual((await open()).sha256, sha256);
  });

  it('need no signature: what is fed and what is left over tell', async () => {
    await edit((json) => {
      delete json.signature;
    });
    assert.equal((await open()).classifier.classes.length, 5);
  });

  it('take the shape of an image from the settings where they leave it open', async () => {
    await edit(({ signature }) => {
      const [input] = Object.values(signature?.inputs ?? {});
      input?.tensorShape.dim.splice(1, 2, { size: '-1' }, { size: '-1' });
    });
    await rejectsWith(open(), file, 'leaves the shape of an image open', '"input"');
    const { classifier } = await openModel({ name: 'mobile', path: file, input: [20, 16, 3] });
    classifier.dispose();
    assert.deepEqual(classifier.input, { height: 20, width: 16, channels: 3 });
    const resizing = { resize: 20, crop: 16, interpolation: 'bilinear' } as const;
    const cropped = await openModel({ name: 'mobile', path: file, resizing });
    cropped.classifier.dispose();
    assert.deepEqual(cropped.classifier.input, { height: 16, width: 16, channels: 3 });
  });

  it('are written as ONNX files that answer the same', async () => {
    const converted = await convertModel({ name: 'mobile', path: file }, folder.at('mobile.onnx'), {});
    const image = Float32Array.from({ length: 12 * 12 * 3 }, (_, i) => (i % 17) / 17);
    const answers = [file, converted.file].map(async (at) => {
      const { classifier } = await openModel({ name: 'mobile', path: at });
      const logits = await classifier.logits([image]);
      classifier.dispose();
      return logits;
    });
    const [own, other] = await Promise.all(answers);
    assert.deepEqual(own, other);
  });

  it('read no weights from outside of their folder', async () => {
    await edit(({ weightsManifest: [group] }) => {
      if (group) group.paths = ['../secret.bin'];
    });
    await rejectsWith(open(), file, '../secret.bin is outside the model’s folder');
  });

  it('say which weights are missing, cut, or of another model', async () => {
    const at = folder.at('mobile', 'group1-shard1of1.bin');
    const bytes = await readFile(at);
    await writeFile(at, bytes.subarray(0, -4));
    await rejectsWith(open(), file, `has ${bytes.length - 4} bytes`, 'truncated');
    await writeFile(at, Buffer.concat([bytes, bytes]));
    await rejectsWith(open(), file, 'belongs to another model');
    await edit(({ weightsManifest: [group] }) => {
      if (group) group.paths = ['none.bin'];
    });
    await rejectsWith(open(), file, 'none.bin is missing');
  });

  it('refuse weights that would fill the memory', async () => {
    await rejectsWith(readGraphModel(file, { memory: 100 }), file, 'its weights take', 'perturb.engine.memory');
  });

  it('refuse a constant without its weight', async () => {
    await edit(({ weightsManifest: [group] }) => {
      if (group?.weights[0]) group.weights[0].name = 'other';
    });
    await rejectsWith(open(), file, 'Const', 'its value is missing');
  });

  it('name all operators that they lack at once', async () => {
    await edit((json) => {
      find(json, 'Softmax').op = 'Wormhole';
      find(json, 'Mul').op = 'Teleport';
    });
    await rejectsWith(open(), file, 'Teleport, Wormhole', 'tf2onnx');
  });

  it('refuse nodes that are damaged in words for people', async () => {
    const original = await readFile(file);
    const changes: ((json: GraphModel) => void)[] = [
      (json) => Object.assign(find(json, 'Softmax'), { op: { name: 'Softmax' } }),
      (json) => Object.assign(find(json, 'Softmax'), { input: [{}] }),
      (json) => Object.assign(find(json, '_FusedConv2D').attr ?? {}, { padding: { s: 'SAMEÿ' } }),
      (json) => Object.assign(find(json, '_FusedConv2D').attr ?? {}, { padding: 'SAME' }),
      (json) => Object.assign(find(json, '_FusedConv2D').attr ?? {}, { fused_ops: { list: { s: [{}] } } }),
      (json) => Object.assign(json.modelTopology, { library: { function: [null] } }),
      (json) => Object.assign(json.signature ?? {}, { outputs: { logits: 3 } }),
    ];
    for (const change of changes) {
      await writeFile(file, original);
      await edit((json) => {
        change(json);
        return json;
      });
      await rejectsWith(open(), file, 'Export or copy the model again');
    }
  });

  it('refuse a graph that goes round in a circle', async () => {
    await edit((json) => {
      const { node } = json.modelTopology;
      const last = find(json, 'Softmax');
      const first = node.find(({ op }) => op === '_FusedConv2D');
      first?.input?.splice(0, 1, last.name);
    });
    await rejectsWith(open(), file, 'loop at its node');
  });

  it('refuse negative and contradicting shapes', async () => {
    await edit(({ weightsManifest: [group] }) => {
      if (group?.weights[0]) group.weights[0].shape = [-1, 2];
    });
    await rejectsWith(open(), file, 'not an intact TensorFlow.js graph model');
  });

  it('say that a kernel does not fit its image', async () => {
    await edit(({ signature }) => {
      const [input] = Object.values(signature?.inputs ?? {});
      input?.tensorShape.dim.splice(3, 1, { size: '4' });
    });
    await rejectsWith(open(), file, 'cannot be written as ONNX');
  });

  it('refuse functions that call themselves, and those that double', async () => {
    const call = (name: string, ...input: string[]): Node => ({
      name: `call${input.length}`,
      op: 'PartitionedCall',
      input,
      attr: { f: { func: { name } } },
    });
    const body = (name: string, next: string) => ({
      signature: { name, inputArg: [{ name: 'x' }], outputArg: [{ name: 'y' }] },
      nodeDef: [
        { ...call(next, 'x'), name: 'first' },
        { ...call(next, 'first:output:0'), name: 'second' },
      ],
      ret: { y: 'second:output:0' },
    });
    const through = (functions: object[]) =>
      edit((json) => {
        const last = find(json, 'Softmax');
        json.modelTopology.library = { function: functions };
        json.modelTopology.node.push(call('f0', ...(last.input as string[])));
        last.input = ['call1'];
      });
    await through([body('f0', 'f0')]);
    await rejectsWith(open(), file, '"f0" of the model calls itself');
    await cp(path.join(fixtures, 'mobile'), folder.at('mobile'), { recursive: true });
    const leaf = {
      signature: { name: 'f60', inputArg: [{ name: 'x' }], outputArg: [{ name: 'y' }] },
      nodeDef: [],
      ret: { y: 'x' },
    };
    await through([...Array.from({ length: 60 }, (_, i) => body(`f${i}`, `f${i + 1}`)), leaf]);
    await rejectsWith(open(), file, 'more than 200000 operations');
  });
});
