import type { ModelFormat } from '../format.ts';

export const onnxModels: ModelFormat = {
  title: 'ONNX models (.onnx)',
  pattern: '*.onnx',
  fileName: /\.onnx$/i,
  matches: (path, isFolder) => !isFolder && /\.onnx$/i.test(path),
  async open(path, options) {
    const { openOnnxModel } = await import('./openOnnxModel.ts');
    return openOnnxModel(path, options);
  },
};
