import type { ModelFormat } from '../format.ts';

export const onnxModels: ModelFormat = {
  title: 'ONNX models (.onnx)',
  pattern: '*.onnx',
  matches: (path, isFolder) => !isFolder && path.endsWith('.onnx'),
  async open(path, options) {
    const { openOnnxModel } = await import('./openOnnxModel.ts');
    return openOnnxModel(path, options);
  },
};
