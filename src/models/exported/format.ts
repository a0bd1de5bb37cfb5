import type { ModelFormat } from '../format.ts';

export const exportedPrograms: ModelFormat = {
  title: 'PyTorch exported programs (.pt2)',
  pattern: '*.pt2',
  fileName: /\.pt2$/i,
  matches: (path, isFolder) => !isFolder && /\.pt2$/i.test(path),
  async open(path, options) {
    const { openExportedModel } = await import('./openExportedModel.ts');
    return openExportedModel(path, options);
  },
  async lower(path, { memory }) {
    const { readExportedModel } = await import('./readExportedModel.ts');
    return readExportedModel(path, memory);
  },
};
