import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { NumericArray } from '../../../src/data/npy.ts';
import { readNpz, writeNpz } from '../../../src/data/npz.ts';
import { UserError } from '../../../src/userError.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const python = spawnSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0;

describe('NumPy archives', () => {
  const folder = temporaryFolder();

  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  const array: fc.Arbitrary<NumericArray> = shape.chain((dims) => {
    const length = dims.reduce((product, size) => product * size, 1);
    const exactly = { minLength: length, maxLength: length };
    return fc
      .oneof(fc.float32Array(exactly), fc.int32Array(exactly), fc.uint8Array(exactly))
      .map((data) => ({ shape: dims, data }) as NumericArray);
  });

  it('give back what was written, bit for bit', async () => {
    const names = fc
      .stringMatching(/^[a-z][a-z0-9_./ é]{0,12}[a-z0-9]$/)
      .filter((name) => !/\/\/|\.\.|\/\.?$/.test(name));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, array, { noNullPrototype: true, maxKeys: 4 }), async (arrays) => {
        const file = folder.at('arrays.npz');
        await writeNpz(file, arrays);
        assert.deepEqual(await readNpz(file), arrays);
      }),
      { numRuns: 60 },
    );
  });

  it('have NumPy’s layout', async () => {
    const file = folder.at('layout.npz');
    await writeNpz(file, { a: { shape: [2], data: Int32Array.of(1, -2) } });
    const bytes = readFileSync(file);
    assert.equal(bytes.readUInt32LE(0), 0x04034b50);
    const text = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }";
    const start = bytes.indexOf('\x93NUMPY', 0, 'latin1');
    const npy = bytes.subarray(start, start + 136);
    assert.equal(bytes.toString('latin1', start - 5, start), 'a.npy');
    assert.equal(
      npy.toString('latin1'),
      `\x93NUMPY\x01\x00\x76\x00${text.padEnd(117)}\n\x01\x00\x00\x00\xfe\xff\xff\xff`,
    );
  });

  (python ? it : it.skip)('are what NumPy reads, and NumPy’s are read', async () => {
    const file = folder.at('ours.npz');
    await writeNpz(file, {
      images: { shape: [1, 2, 3], data: Float32Array.of(0, 0.5, 1, -1, 2 ** -130, Infinity) },
      labels: { shape: [2], data: Int32Array.of(-5, 7) },
      levels: { shape: [], data: Uint8Array.of(200) },
    });
    const script = `
import numpy as np, sys
z = np.load(sys.argv[1])
assert z['images'].dtype == np.float32 and z['images'].shape == (1, 2, 3)
assert z['images'].ravel().tolist() == [0, .5, 1, -1, 2**-130, float('inf')]
assert z['labels'].dtype == np.int32 and z['labels'].tolist() == [-5, 7]
assert z['levels'].dtype == np.uint8 and z['levels'].shape == () and z['levels'] == 200
np.savez_compressed(sys.argv[2], **{k: z[k] for k in z.files})`;
    const theirs = folder.at('theirs.npz');
    const { status, stderr } = spawnSync('python3', ['-c', script, file, theirs], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.deepEqual(await readNpz(theirs), await readNpz(file));
  });

  it('are refused when they are damaged, wherever that is', async () => {
    const file = folder.at('whole.npz');
    await writeNpz(file, { weights: { shape: [20], data: new Float32Array(20).fill(1) } });
    const whole = readFileSync(file);
    const damaged = folder.at('damaged.npz');
    const start = whole.indexOf('\x93NUMPY', 0, 'latin1');
    const cases = [
      Buffer.alloc(0),
      Buffer.from('no archive'),
      whole.subarray(0, whole.length - 30),
      ...[start, start + 20, start + 130].map((at) => {
        const copy = Buffer.from(whole);
        copy[at] = (copy[at] as number) ^ 1;
        return copy;
      }),
    ];
    for (const bytes of cases) {
      writeFileSync(damaged, bytes);
      await assert.rejects(readNpz(damaged), (error) => error instanceof UserError && error.message.includes(damaged));
    }
  });

  it('say what is wrong with the place, and leave nothing behind', async () => {
    await assert.rejects(readNpz(folder.at('missing.npz')), UserError);
    await assert.rejects(writeNpz(folder.at(path.join('none', 'a.npz')), {}), /folder does not exist/);
    await writeNpz(folder.at('alone.npz'), {});
    const left = readdirSync(path.dirname(folder.at('alone.npz')));
    assert.ok(!left.some((name) => name.endsWith('.new')));
  });

  it('refuse numbers that do not fill the shape', async () => {
    const short = { a: { shape: [3], data: new Float32Array(2) } };
    await assert.rejects(writeNpz(folder.at('short.npz'), short), RangeError);
  });
});
