import type { ModelFormat } from '../format.ts';

export const tfliteModels: ModelFormat = {
  title: 'TensorFlow Lite models (.tflite)',
  pattern: '*.tflite',
  fileName: /\.tflite$/i,
  matches: (path, isFolder) => !isFolder && /\.tflite$/i.test(path),
  async open(path, options) {
    const { openTfliteModel } = await import('./openTfliteModel.ts');
    return openTfliteModel(path, options);
  },
  async lower(path, { memory }) {
    const { readTfliteModel } = await import('./readTfliteModel.ts');
    return readTfliteModel(path, memory);
  },
};
