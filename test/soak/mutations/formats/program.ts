import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { computingOf } from '../../../../src/engine/computing.ts';
import { openModel } from '../../../../src/models/open.ts';
import type { Format } from '../format.ts';
import { ask } from './ask.ts';

const folder = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'exported');

/** Every layout and type of numbers; opening all networks in one go would take long. */
const used = /^(squeeze_excite_hard|convnext|inverted_residual\.one)\b.*\.pt2$/;

/** PyTorch's exported programs, in every layout that it has had. */
export const program: Format = {
  async intact() {
    const names = (await readdir(folder)).filter((name) => used.test(name)).sort();
    return Promise.all(names.map(async (name) => ({ 'model.pt2': await readFile(path.join(folder, name)) })));
  },
  async open(at) {
    await ask(await openModel({ name: 'model', path: path.join(at, 'model.pt2') }, computingOf(process.env).models));
  },
};
