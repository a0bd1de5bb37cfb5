import path from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import { replaceFile } from '../../data/replaceFile.ts';
import { writeModel } from '../../models/onnx/graph/writeModel.ts';
import type { Preprocessing } from '../../models/preprocessing.ts';
import { lowerToOnnx } from '../../models/tfjs/lowering/lowerToOnnx.ts';
import { writeLayersModel } from '../../models/tfjs/training/writeLayersModel.ts';

/** The files of a model that was trained, and what is to be said of them. */
export interface ExportedModel {
  /** model.json */
  readonly model: string;
  readonly onnx?: string;
  readonly warnings: readonly string[];
}

/** Its metadata have mean and standard deviation; no convention has a key for the channel order. */
const bgrWarning =
  'The ONNX file expects color channels in the order blue, green, red: set "channels": "bgr" in its "preprocessing".';

/**
 * Writes a trained model into a folder: `model.json` with its weights, `model.onnx` where it can be one, and `labels.txt`.
 * @param classes their names, and whether these are more than numbers
 * @throws UserError when the folder cannot be written.
 */
export async function exportModel(
  model: tfl.LayersModel,
  folder: string,
  preprocessing: Preprocessing,
  classes: { readonly names: readonly string[]; readonly areLabeled: boolean },
): Promise<ExportedModel> {
  const file = await writeLayersModel(model, folder);
  const onnx = toOnnx(model, preprocessing, classes.names);
  const place = path.join(folder, 'model.onnx');
  if ('bytes' in onnx) await replaceFile(place, onnx.bytes);
  if (classes.areLabeled) await replaceFile(path.join(folder, 'labels.txt'), `${classes.names.join('\n')}\n`);
  if ('warning' in onnx) return { model: file, warnings: [onnx.warning] };
  return { model: file, onnx: place, warnings: preprocessing.channels === 'bgr' ? [bgrWarning] : [] };
}

/** The model as an ONNX file, with class names and normalization in its metadata, or why it cannot be one. */
function toOnnx(
  model: tfl.LayersModel,
  { mean, std }: Preprocessing,
  classes: readonly string[],
): { readonly bytes: Uint8Array } | { readonly warning: string } {
  try {
    const { model: lowered } = lowerToOnnx(model);
    const metadata = new Map([
      ['names', JSON.stringify(classes)],
      ['mean', JSON.stringify(mean)],
      ['std', JSON.stringify(std)],
    ]);
    return { bytes: writeModel({ ...lowered, metadata }) };
  } catch (error) {
    return { warning: `There is no ONNX file: ${(error as Error).message}` };
  }
}
