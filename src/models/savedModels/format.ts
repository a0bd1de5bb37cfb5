import type { ModelFormat } from '../format.ts';

const fileName = /^saved_model\.pb$/i;

/** A folder, which is found by the file in it that every SavedModel has. */
export const savedModels: ModelFormat = {
  title: 'TensorFlow SavedModels (saved_model.pb)',
  pattern: 'saved_model.pb',
  fileName,
  matches: (path, isFolder) => !isFolder && fileName.test(path.replace(/^.*[/\\]/, '')),
  async open(path, options) {
    const { openSavedModel } = await import('./openSavedModel.ts');
    return openSavedModel(path, options);
  },
  async lower(path, options) {
    const { readSavedModel } = await import('./readSavedModel.ts');
    return readSavedModel(path, options);
  },
};
