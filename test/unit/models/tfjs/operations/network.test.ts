import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { openModel } from '../../../../../src/models/open.ts';
import { noPreprocessing } from '../../../../../src/models/preprocessing.ts';
import { startTensorFlow } from '../../../../../src/models/tfjs/backend.ts';
import { writeLayersModel } from '../../../../../src/models/tfjs/training/writeLayersModel.ts';
import { fillWeights } from '../../../../support/fillWeights.ts';
import { rejectsWith } from '../../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../../support/temporaryFolder.ts';

const flatten = (x: SymbolicTensor) => layers.flatten().apply(x) as SymbolicTensor;
const dense = (x: SymbolicTensor, activation?: 'sigmoid' | 'relu') =>
  layers.dense({ units: 4, activation }).apply(x) as SymbolicTensor;

/** Models that are no image classifiers, and what is said of them. */
const refused: [string, () => LayersModel, (string | RegExp)[]][] = [
  [
    'a final relu before a reshape',
    () => {
      const x = input({ shape: [3, 3, 1] });
      const reshaped = layers.reshape({ targetShape: [2, 2] }).apply(dense(flatten(x), 'relu')) as SymbolicTensor;
      return model({ inputs: x, outputs: flatten(reshaped) });
    },
    ['ends in the activation relu'],
  ],
  [
    'two outputs',
    () => {
      const x = input({ shape: [3, 3, 1] });
      return model({ inputs: x, outputs: [dense(flatten(x)), dense(flatten(x))] });
    },
    ['Perturb needs one output with a score for each class', 'name it as "output"'],
  ],
  [
    'two inputs',
    () => {
      const inputs = [input({ shape: [3, 3, 1] }), input({ shape: [3, 3, 1] })];
      return model({ inputs, outputs: dense(flatten(layers.add().apply(inputs) as SymbolicTensor)) });
    },
    ['2 inputs and 1 outputs'],
  ],
  [
    'no fixed input size',
    () => {
      const x = input({ shape: [null, null, 3] });
      return model({ inputs: x, outputs: dense(layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor) });
    },
    ['The model takes [', 'needs images of a fixed height and width with 1 or 3 channels'],
  ],
  [
    'two channels',
    () => {
      const x = input({ shape: [3, 3, 2] });
      return model({ inputs: x, outputs: dense(flatten(x)) });
    },
    ['3, 3, 2]', 'with 1 or 3 channels'],
  ],
  [
    'no image as input',
    () => {
      const x = input({ shape: [10] });
      return model({ inputs: x, outputs: dense(x) });
    },
    ['10]', 'needs images of a fixed height and width'],
  ],
];

describe('models that are no image classifiers', () => {
  const folder = temporaryFolder();
  before(async () => {
    await startTensorFlow();
  });

  for (const [name, build, words] of refused) {
    it(`refuses ${name}, naming the file`, async () => {
      const path = await writeLayersModel(fillWeights(build()), folder.at('model'));
      await rejectsWith(openModel({ name: 'm', path, preprocessing: noPreprocessing }), path, ...words, /^[^\n]+$/);
    });
  }
});
