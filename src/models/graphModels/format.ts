import { readFile } from 'node:fs/promises';
import type { ModelFormat } from '../format.ts';

export const graphModels: ModelFormat = {
  title: 'TensorFlow.js graph models (model.json)',
  pattern: '*model*.json',
  fileName: /^model\.json$/i,
  async matches(path, isFolder) {
    if (isFolder || !/\.json$/i.test(path)) return false;
    const { isGraphModel } = await import('./graphModelJson.ts');
    try {
      return isGraphModel(JSON.parse(await readFile(path, 'utf8')));
    } catch {
      return false;
    }
  },
  async open(path, options) {
    const { openGraphModel } = await import('./openGraphModel.ts');
    return openGraphModel(path, options);
  },
  async lower(path, options) {
    const { readGraphModel } = await import('./readGraphModel.ts');
    return readGraphModel(path, options);
  },
};
