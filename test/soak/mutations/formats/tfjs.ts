import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import { computingOf } from '../../../../src/engine/computing.ts';
import { openModel } from '../../../../src/models/open.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import { fillWeights } from '../../../support/fillWeights.ts';
import { toyModel } from '../../../support/trainingToys.ts';
import { type Files, type Format, filesIn } from '../format.ts';
import { ask } from './ask.ts';

/** A network with branches. */
function branched(): tfl.LayersModel {
  const { conv2d, separableConv2d, globalAveragePooling2d, dense, add, concatenate } = tfl.layers;
  const image = tfl.input({ shape: [6, 6, 3] });
  const one = conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(image);
  const sum = add().apply([one as tfl.SymbolicTensor, image]) as tfl.SymbolicTensor;
  const other = separableConv2d({ filters: 2, kernelSize: 3, padding: 'same' }).apply(sum) as tfl.SymbolicTensor;
  const both = concatenate().apply([sum, other]);
  const mean = globalAveragePooling2d({}).apply(both as tfl.SymbolicTensor);
  const outputs = dense({ units: 4, activation: 'softmax' }).apply(mean) as tfl.SymbolicTensor;
  return fillWeights(tfl.model({ inputs: image, outputs }), 1);
}

async function filesOf(model: tfl.LayersModel): Promise<Files> {
  const folder = await mkdtemp(path.join(tmpdir(), 'perturb-soak-'));
  try {
    await writeLayersModel(model, folder);
    return await filesIn(folder);
  } finally {
    model.dispose();
    await rm(folder, { recursive: true });
  }
}

/** TensorFlow.js layers models: model.json and its weights. */
export const tfjs: Format = {
  async intact() {
    await startTensorFlow();
    return [await filesOf(toyModel()), await filesOf(branched())];
  },
  async open(at) {
    const source = { name: 'model', path: path.join(at, 'model.json') };
    await ask(await openModel(source, computingOf(process.env).models));
  },
};
