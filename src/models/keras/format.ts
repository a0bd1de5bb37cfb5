import type { ModelFormat } from '../format.ts';

export const kerasModels: ModelFormat = {
  title: 'Keras models (.keras)',
  pattern: '*.keras',
  fileName: /\.keras$/i,
  matches: (path, isFolder) => !isFolder && /\.keras$/i.test(path),
  async open(path, options) {
    const [{ openKerasModel }, { readKerasArchive }] = await Promise.all([
      import('./openKerasModel.ts'),
      import('./readKerasFile.ts'),
    ]);
    return openKerasModel(path, readKerasArchive, options);
  },
  async lower(path, { input }) {
    const [{ lowerKerasModel }, { readKerasArchive }] = await Promise.all([
      import('./openKerasModel.ts'),
      import('./readKerasFile.ts'),
    ]);
    return lowerKerasModel(path, readKerasArchive, input);
  },
};

/** The format of Keras 2, which Keras 3 still writes. */
export const kerasHdf5Models: ModelFormat = {
  title: 'Keras HDF5 models (.h5)',
  pattern: '*.h5',
  fileName: /\.(h5|hdf5)$/i,
  matches: (path, isFolder) => !isFolder && /\.(h5|hdf5)$/i.test(path),
  async open(path, options) {
    const [{ openKerasModel }, { readKerasHdf5 }] = await Promise.all([
      import('./openKerasModel.ts'),
      import('./readKerasFile.ts'),
    ]);
    return openKerasModel(path, readKerasHdf5, options);
  },
  async lower(path, { input }) {
    const [{ lowerKerasModel }, { readKerasHdf5 }] = await Promise.all([
      import('./openKerasModel.ts'),
      import('./readKerasFile.ts'),
    ]);
    return lowerKerasModel(path, readKerasHdf5, input);
  },
};
