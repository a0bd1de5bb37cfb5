import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { stretching } from '../../../../src/data/resizing.ts';
import { computingOf } from '../../../../src/engine/computing.ts';
import { openModel } from '../../../../src/models/open.ts';
import type { Format } from '../format.ts';
import { ask } from './ask.ts';

const folder = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'onnx', 'ordinary');

/** Refused as they are, or slow to open. */
const unused =
  /^(class_numbers|flat_color|head_by_name|largest_score|softmax_of_batch|sorted_scores|batch_norm_in_training|gru_|lstm_)/;

/** ONNX models of many kinds, all of them small. */
export const onnx: Format = {
  async intact() {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.onnx') && !unused.test(name)).sort();
    return Promise.all(names.map(async (name) => ({ 'model.onnx': await readFile(path.join(folder, name)) })));
  },
  async open(at) {
    const source = { name: 'model', path: path.join(at, 'model.onnx'), resizing: { ...stretching, crop: 6 } };
    await ask(await openModel(source, computingOf(process.env).models));
  },
};
