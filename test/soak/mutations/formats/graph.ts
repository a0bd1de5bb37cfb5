import path from 'node:path';
import { computingOf } from '../../../../src/engine/computing.ts';
import { openModel } from '../../../../src/models/open.ts';
import { type Format, filesIn } from '../format.ts';
import { ask } from './ask.ts';

const folder = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tensorflow', 'graphs');

/** TensorFlow.js graph models: model.json and its weights. */
export const graph: Format = {
  async intact() {
    return Promise.all(['mobile', 'mobile.uint8', 'shapes'].map((name) => filesIn(path.join(folder, name))));
  },
  async open(at) {
    const source = { name: 'model', path: path.join(at, 'model.json') };
    await ask(await openModel(source, computingOf(process.env).models));
  },
};
