import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { computingOf } from '../../../../src/engine/computing.ts';
import { openModel } from '../../../../src/models/open.ts';
import type { Format } from '../format.ts';
import { ask } from './ask.ts';

const folder = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tflite');

/** TensorFlow Lite models with numbers of every kind, and one with metadata. */
export const tflite: Format = {
  async intact() {
    const names = ['separable.int8', 'branches.dynamic', 'transformer.float16', 'described'];
    return Promise.all(
      names.map(async (name) => ({ 'model.tflite': await readFile(path.join(folder, `${name}.tflite`)) })),
    );
  },
  async open(at) {
    await ask(await openModel({ name: 'model', path: path.join(at, 'model.tflite') }, computingOf(process.env).models));
  },
};
