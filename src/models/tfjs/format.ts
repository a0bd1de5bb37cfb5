import type { ModelFormat } from '../format.ts';

export const layersModels: ModelFormat = {
  title: 'TensorFlow.js layers models (model.json)',
  // Most .json files are not models, so only those named after one are offered.
  pattern: '*model*.json',
  fileName: /^model\.json$/i,
  matches: (path, isFolder) => !isFolder && /\.json$/i.test(path),
  async open(path, options) {
    const { openLayersModel } = await import('./openLayersModel.ts');
    return openLayersModel(path, options);
  },
  async lower(path, { input }) {
    const { lowerLayersModel } = await import('./openLayersModel.ts');
    return lowerLayersModel(path, input);
  },
};
