import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readNpz, writeNpz } from '../../../../src/data/npz.ts';
import type { Format } from '../format.ts';

/** NumPy archives of the three types that are read. */
export const arrays: Format = {
  async intact() {
    const folder = await mkdtemp(path.join(tmpdir(), 'perturb-soak-'));
    const file = path.join(folder, 'arrays.npz');
    await writeNpz(file, {
      floats: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      integers: { shape: [4], data: Int32Array.of(-1, 0, 1, 2) },
      bytes: { shape: [1, 2, 1], data: Uint8Array.of(0, 255) },
    });
    const bytes = await readFile(file);
    await rm(folder, { recursive: true });
    return [{ 'arrays.npz': bytes }];
  },
  async open(at) {
    await readNpz(path.join(at, 'arrays.npz'));
  },
};
