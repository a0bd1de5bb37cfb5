import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { isDifferentiable } from '../../../../src/models/classifier.ts';
import { readExportedModel } from '../../../../src/models/exported/readExportedModel.ts';
import { openModel } from '../../../../src/models/open.ts';
import { ZipArchive } from '../../../../src/models/zipArchive.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { zipOf } from '../../../support/zip.ts';
import { compare } from '../../../verify/check.ts';

const fixtures = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'exported');
const float = 7;

/** The files of a program by their paths. */
type Files = Record<string, string | Buffer>;

async function filesOf(name: string): Promise<Files> {
  const archive = await ZipArchive.open(path.join(fixtures, `${name}.pt2`));
  const files = await Promise.all(archive.names.map(async (entry) => [entry, await archive.read(entry, 1e6)] as const));
  archive.close();
  return Object.fromEntries(files);
}

/** A tensor as a graph describes it. */
function meta(
  sizes: readonly number[],
  strides: readonly number[] = sizes.map((_, i) => sizes.slice(i + 1).reduce((a, b) => a * b, 1)),
) {
  const integers = (list: readonly number[]) => list.map((as_int) => ({ as_int }));
  return { dtype: float, sizes: integers(sizes), strides: integers(strides), storage_offset: { as_int: 0 } };
}

const tensor = (name: string) => ({ as_tensor: { name } });

interface Call {
  readonly target: string;
  readonly inputs: Readonly<Record<string, object>>;
  readonly output: string;
  readonly sizes: readonly number[];
}

/** A program that takes an image of [2, 3, 1, 1] as "x", and gives the result of its last call. */
function program(
  calls: readonly Call[],
  weights: Readonly<Record<string, { sizes: number[]; strides?: number[]; values: number[] }>> = {},
): Files {
  const last = calls.at(-1)?.output ?? 'x';
  const tensors = Object.fromEntries(calls.map(({ output, sizes }) => [output, meta(sizes)]));
  const graph = {
    nodes: calls.map(({ target, inputs, output }) => ({
      target: `torch.ops.aten.${target}`,
      inputs: Object.entries(inputs).map(([name, arg]) => ({ name, arg })),
      outputs: [tensor(output)],
    })),
    tensor_values: {
      x: meta([2, 3, 1, 1]),
      ...tensors,
      ...Object.fromEntries(Object.entries(weights).map(([name, { sizes }]) => [name, meta(sizes)])),
    },
    sym_int_values: {},
  };
  const signature = {
    input_specs: [
      ...Object.keys(weights).map((name) => ({ parameter: { arg: { name }, parameter_name: name } })),
      { user_input: { arg: tensor('x') } },
    ],
    output_specs: [{ user_output: { arg: tensor(last) } }],
  };
  const config = Object.entries(weights).map(([name, { sizes, strides }], index) => [
    name,
    { path_name: `weight_${index}`, use_pickle: false, tensor_meta: meta(sizes, strides) },
  ]);
  const raw = Object.values(weights).map(({ values }, index) => [
    `model/data/weights/weight_${index}`,
    Buffer.from(Float32Array.from(values).buffer),
  ]);
  return {
    'model/models/model.json': JSON.stringify({ graph_module: { graph, signature } }),
    'model/data/weights/model_weights_config.json': JSON.stringify({ config: Object.fromEntries(config) }),
    ...Object.fromEntries(raw),
  };
}

const flatten: Call = {
  target: 'view.default',
  inputs: { self: tensor('x'), size: { as_ints: [2, 3] } },
  output: 'flat',
  sizes: [2, 3],
};

describe('Exported programs of PyTorch', () => {
  const folder = temporaryFolder();
  const write = (files: Files) => folder.write('model.pt2', zipOf(files));
  const read = async (files: Files) => readExportedModel(await write(files));

  async function logitsOf(files: Files, image: readonly number[]): Promise<number[]> {
    const { classifier } = await openModel({ name: 'model', path: await write(files) });
    const [logits] = await classifier.logits([Float32Array.from(image)]);
    classifier.dispose();
    return Array.from(logits as Float32Array);
  }

  it('takes a weight whose numbers are in another order', async () => {
    const transposed = { sizes: [2, 3], strides: [1, 2], values: [1, 4, 2, 5, 3, 6] };
    const linear: Call = {
      target: 'linear.default',
      inputs: { input: tensor('flat'), weight: tensor('w') },
      output: 'y',
      sizes: [2, 2],
    };
    const logits = await logitsOf(program([flatten, linear], { w: transposed }), [1, 0.5, 0]);
    assert.deepEqual(logits, [2, 6.5]);
  });

  it('writes through views into the tensors that they show', async () => {
    const calls: Call[] = [
      { target: 'mul.Tensor', inputs: { self: tensor('flat'), other: { as_int: 1 } }, output: 'copy', sizes: [2, 3] },
      {
        target: 'slice.Tensor',
        inputs: { self: tensor('copy'), dim: { as_int: 1 }, start: { as_int: 1 }, end: { as_int: 2 } },
        output: 'part',
        sizes: [2, 1],
      },
      {
        target: 'fill_.Scalar',
        inputs: { self: tensor('part'), value: { as_float: 7 } },
        output: 'filled',
        sizes: [2, 1],
      },
      { target: 'add.Tensor', inputs: { self: tensor('copy'), other: tensor('flat') }, output: 'sum', sizes: [2, 3] },
    ];
    assert.deepEqual(await logitsOf(program([flatten, ...calls]), [1, 0.5, 0.25]), [2, 7.5, 0.5]);
  });

  it('refuses what was written over in a way that is not known', async () => {
    const calls: Call[] = [
      { target: 't.default', inputs: { self: tensor('flat') }, output: 'turned', sizes: [3, 2] },
      { target: 'zero_.default', inputs: { self: tensor('turned') }, output: 'zeros', sizes: [3, 2] },
      { target: 'add.Tensor', inputs: { self: tensor('flat'), other: { as_int: 1 } }, output: 'y', sizes: [2, 3] },
    ];
    await rejectsWith(read(program([flatten, ...calls])), 'aten.add.Tensor', '"flat" shares numbers');
  });

  it('computes operators that few networks have as PyTorch does, with their gradients', async () => {
    const { images, labels, logits, gradients } = JSON.parse(
      await readFile(path.join(fixtures, 'operators', 'answers.json'), 'utf8'),
    ) as Record<'images' | 'logits' | 'gradients', number[][]> & { labels: number[] };
    const { classifier } = await openModel({ name: 'model', path: path.join(fixtures, 'operators', 'program.pt2') });
    assert.ok(isDifferentiable(classifier), classifier.obstacle);
    const found = await classifier.pullback(
      images.map((image) => Float32Array.from(image)),
      labels.map((label) => [{ kind: 'crossEntropy', label }]),
    );
    classifier.dispose();
    const rows = (numbers: readonly number[][]) => numbers.map((row) => Float64Array.from(row));
    const slopes = found.gradients.map(([gradient]) => gradient as Float32Array);
    assert.ok(compare([...found.logits], rows(logits)).error < 1e-5, 'the logits differ');
    const { error, cosine } = compare(slopes, rows(gradients));
    assert.ok(error < 1e-4 && cosine > 0.99999, `the gradient is off by ${error}`);
  });

  it('refuses what draws random numbers, unless nothing takes them', async () => {
    const drawn: Call = {
      target: 'randn_like.default',
      inputs: { self: tensor('flat') },
      output: 'noise',
      sizes: [2, 3],
    };
    const noisy: Call = {
      target: 'add.Tensor',
      inputs: { self: tensor('flat'), other: tensor('noise') },
      output: 'y',
      sizes: [2, 3],
    };
    await rejectsWith(
      read(program([flatten, drawn, noisy])),
      'aten.randn_like.default',
      'draws random numbers',
      'model.eval()',
    );
    const doubled = { ...noisy, inputs: { self: tensor('flat'), other: tensor('flat') } };
    assert.deepEqual(await logitsOf(program([flatten, drawn, doubled]), [1, 0.5, 0.25]), [2, 1, 0.5]);
  });

  it('names every operator that it lacks, and says what to do', async () => {
    const calls = ['fft_fft', 'bincount'].map(
      (name, i): Call => ({
        target: `${name}.default`,
        inputs: { self: tensor(i ? 'y0' : 'flat') },
        output: `y${i}`,
        sizes: [2, 3],
      }),
    );
    const files = program([flatten, ...calls]);
    await rejectsWith(read(files), 'aten.fft_fft.default, aten.bincount.default', 'run_decompositions');
  });

  it('passes by calls that nothing depends on', async () => {
    const unused: Call = {
      target: '_assert_tensor_metadata.default',
      inputs: { a: tensor('x') },
      output: 'none',
      sizes: [],
    };
    const twice: Call = {
      target: 'mul.Tensor',
      inputs: { self: tensor('flat'), other: { as_int: 2 } },
      output: 'y',
      sizes: [2, 3],
    };
    assert.deepEqual(await logitsOf(program([flatten, unused, twice]), [1, 0.5, 0.25]), [2, 1, 0.5]);
  });

  it('takes class names that were saved with it', async () => {
    const twice: Call = {
      target: 'mul.Tensor',
      inputs: { self: tensor('flat'), other: { as_int: 2 } },
      output: 'y',
      sizes: [2, 3],
    };
    const files = { ...program([flatten, twice]), 'model/extra/labels.txt': 'cat\ndog\nbird\n' };
    const { classifier } = await openModel({ name: 'model', path: await write(files) });
    classifier.dispose();
    assert.deepEqual(classifier.classes, ['cat', 'dog', 'bird']);
  });

  it('says what is wrong with weights', async () => {
    const linear: Call = {
      target: 'linear.default',
      inputs: { input: tensor('flat'), weight: tensor('w') },
      output: 'y',
      sizes: [2, 2],
    };
    const files = program([flatten, linear], { w: { sizes: [2, 3], values: [1, 2, 3, 4, 5] } });
    await rejectsWith(read(files), folder.at('model.pt2'), 'weight "w"', '[2, 3]', '20 bytes');
    const config = 'model/data/weights/model_weights_config.json';
    await rejectsWith(read({ ...files, [config]: '{"config": {}}' }), '"w" is missing');
    const pickled = String(files[config]).replace('"use_pickle":false', '"use_pickle":true');
    await rejectsWith(read({ ...files, [config]: pickled }), '"w"', 'pickle, which Perturb does not run');
    const negative = String(files[config]).replace('"as_int":2', '"as_int":-2');
    await rejectsWith(read({ ...files, [config]: negative }), 'not an intact exported program');
  });

  it('refuses a list of weights that would run something', async () => {
    const files = await filesOf('squeeze_excite_hard.older');
    const list = Buffer.from('\x80\x02cposix\nsystem\nX\x04\x00\x00\x00trueq\x00\x85R.', 'latin1');
    const state = zipOf({ 'archive/data.pkl': list });
    await rejectsWith(read({ ...files, 'serialized_state_dict.pt': state }), 'not a plain list of tensors');
  });

  it('refuses an archive whose graph would fill the memory', async () => {
    const file = await write(program([flatten]));
    const bytes = await readFile(file);
    const name = Buffer.from('model/models/model.json');
    // The central directory says that it unpacks to nearly 4 GB.
    const at = bytes.lastIndexOf(name) - 46;
    bytes.writeUInt16LE(8, at + 10);
    bytes.writeUInt32LE(0xfffffff0, at + 24);
    bytes.writeUInt32LE(deflateRawSync(Buffer.alloc(10)).length, at + 20);
    await rejectsWith(readExportedModel(await folder.write('bomb.pt2', bytes)), 'bomb.pt2', 'more than the');
  });

  it('knows other files of PyTorch by their content, and says how to make a program', async () => {
    const open = (name: string) => openModel({ name: 'model', path: folder.at(name) });
    await folder.write(
      'script.pt',
      zipOf({ 'net/constants.pkl': '', 'net/code/__torch__.py': '', 'net/data.pkl': '' }),
    );
    await folder.write('weights.pth', zipOf({ 'archive/data.pkl': '', 'archive/data/0': '' }));
    await folder.write('old.pth', Buffer.from('80028a0a6cfc9c46f9206aa850192e00', 'hex'));
    const header = Buffer.from('{"w":{"dtype":"F32"}}');
    const length = Buffer.alloc(8);
    length.writeUInt32LE(header.length);
    await folder.write('weights.safetensors', Buffer.concat([length, header]));
    await folder.write('scripted.pt2', zipOf({ 'net/constants.pkl': '', 'net/code/__torch__.py': '' }));
    for (const [file, what] of [
      ['script.pt', 'a TorchScript archive'],
      ['weights.pth', 'weights or pickled objects'],
      ['old.pth', 'weights or pickled objects'],
      ['weights.safetensors', 'a safetensors file'],
      ['scripted.pt2', 'a TorchScript archive'],
    ] as const) {
      await rejectsWith(open(file), folder.at(file), what, 'torch.export.save(program, "model.pt2")');
    }
    await rejectsWith(
      folder.write('compiled.pt2', zipOf({ 'net/data/aotinductor/model/a.so': '' })).then(readExportedModel),
      'AOTInductor',
    );
  });
});
