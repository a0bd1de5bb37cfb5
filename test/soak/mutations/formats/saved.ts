import path from 'node:path';
import { computingOf } from '../../../../src/engine/computing.ts';
import { openModel } from '../../../../src/models/open.ts';
import { type Format, filesIn } from '../format.ts';
import { ask } from './ask.ts';

const folder = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tensorflow', 'saved');

/** SavedModels of TensorFlow 1 and 2: the graph, the index of its variables, and their numbers. */
export const saved: Format = {
  async intact() {
    return Promise.all(['mobile.3', 'shapes.2', 'first'].map((name) => filesIn(path.join(folder, name))));
  },
  async open(at) {
    await ask(await openModel({ name: 'model', path: at }, computingOf(process.env).models));
  },
};
