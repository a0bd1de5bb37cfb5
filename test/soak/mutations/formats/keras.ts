import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { computingOf } from '../../../../src/engine/computing.ts';
import { findModelFile } from '../../../../src/models/findModelFile.ts';
import { openModel } from '../../../../src/models/open.ts';
import type { Format } from '../format.ts';
import { ask } from './ask.ts';

const folder = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'keras');

/** Models of Keras in both of its formats. */
export const keras: Format = {
  async intact() {
    const names = ['sequential.keras', 'functional.keras', 'sequential.h5', 'attention.keras', 'calculations-2.h5'];
    const files = names.map(async (name) => ({
      [`model${path.extname(name)}`]: await readFile(path.join(folder, name)),
    }));
    return Promise.all(files);
  },
  async open(at) {
    const { file } = await findModelFile(at);
    await ask(await openModel({ name: 'model', path: file }, computingOf(process.env).models));
  },
};
