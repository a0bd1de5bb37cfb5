import { exportedPrograms } from './exported/format.ts';
import type { ModelFormat } from './format.ts';
import { graphModels } from './graphModels/format.ts';
import { kerasHdf5Models, kerasModels } from './keras/format.ts';
import { onnxModels } from './onnx/format.ts';
import { savedModels } from './savedModels/format.ts';
import { layersModels } from './tfjs/format.ts';
import { tfliteModels } from './tflite/format.ts';

/** All file formats of models, in the order in which messages list them. */
export const formats: readonly ModelFormat[] = [
  onnxModels,
  exportedPrograms,
  kerasModels,
  kerasHdf5Models,
  // Before layers models, whose files have the same names.
  graphModels,
  layersModels,
  tfliteModels,
  savedModels,
];
