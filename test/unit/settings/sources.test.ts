// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of VS Code
import assert from 'node:assert/strict';
import { removeFiles, resolveText } from './workspaces.ts';

/** Settings with a model, a dataset and a test of them, each on a line of its own, and a second test of other ones. */
function withSources(model: unknown, dataset: unknown = { path: 'street' }): string {
  const expect = '"attack": "fgsm", "epsilon": "8/255", "expect": { "robustAccuracy": 0.4 }';
  return `{
  "perturb.models": {
    "signs": ${JSON.stringify(model)},
    "good": { "path": "good.onnx" }
  },
  "perturb.datasets": {
    "street": ${JSON.stringify(dataset)},
    "other": { "path": "other" }
  },
  "perturb.tests": {
    "T": { "model": ["signs", "good"], "dataset": "street", ${expect} },
    "U": { "model": ["signs", "good"], "dataset": "other", ${expect} }
  }
}`;
}

const modelMistakes: Record<string, [model: unknown, line: string]> = {
  'no path': [
    {},
    ' › path: "path" is missing. Path to the model, or to a folder with exactly one. Supported formats: ONNX models (.onnx), PyTorch exported programs (.pt2), Keras models (.keras), Keras HDF5 models (.h5), TensorFlow.js graph models (model.json), TensorFlow.js layers models (model.json), TensorFlow Lite models (.tflite), TensorFlow SavedModels (saved_model.pb).',
  ],
  'a path of the wrong type': [{ path: 5 }, ' › path: 5 is not valid: enter a path in quotes.'],
  'a threshold that is no cosine': [
    { path: 'm', enrolled: { path: 'faces', threshold: 1.5 } },
    ' › enrolled › threshold: 1.5 is not valid: enter a cosine similarity from -1 to 1, such as 0.5.',
  ],
  'no threshold': [
    { path: 'm', enrolled: { path: 'faces' } },
    ' › enrolled › threshold: "threshold" is missing. The cosine similarity between the embedding of an image and the template of an identity (the mean of the embeddings of its images) from which on the image is accepted, from −1 to 1.',
  ],
  'enrolled images as a path': [
    { path: 'm', enrolled: 'faces' },
    ' › enrolled: "faces" is not valid: enter an object such as { "path": "data/enrolled", "threshold": 0.5 }.',
  ],
  'labels beside enrolled images': [
    { path: 'm', labels: 'l.txt', enrolled: { path: 'faces', threshold: 0.5 } },
    ' › labels: The classes of this model are the identities in "enrolled" and "nobody". Remove "labels".',
  ],
  'enrolled images of a server': [
    { endpoint: { url: 'http://localhost:8080/v2/models/m' }, enrolled: { path: 'faces', threshold: 0.5 } },
    ' › enrolled: Only a file can be compared with enrolled images: what a server answers is taken for scores. Remove "enrolled", and name the classes that the server answers with in "labels".',
  ],
  'a path alone': ['m.onnx', ': "m.onnx" is not valid: enter an object { … }.'],
  'an unknown key': [
    { path: 'm', label: 'l.txt' },
    ' › label: There is no setting "label" here. Did you mean "labels"?',
  ],
  'unknown preprocessing': [
    { path: 'm', preprocessing: 'imagnet' },
    ' › preprocessing: "imagnet" is not valid: enter a preset ("imagenet", "clip", "tf", "caffe", "torch") or an object such as { "mean": 0.5, "std": 0.5, "channels": "rgb" }.',
  ],
  'preprocessing that is a number': [
    { path: 'm', preprocessing: 255 },
    ' › preprocessing: 255 is not valid: enter a preset ("imagenet", "clip", "tf", "caffe", "torch") or an object such as { "mean": 0.5, "std": 0.5, "channels": "rgb" }.',
  ],
  'an unknown preset': [
    { path: 'm', preprocessing: { preset: 'imagnet' } },
    ' › preprocessing › preset: "imagnet" is not valid. Did you mean "imagenet"?',
  ],
  'an unknown key of preprocessing': [
    { path: 'm', preprocessing: { resized: 224 } },
    ' › preprocessing › resized: There is no setting "resized" here. Did you mean "resize"?',
  ],
  'a size in words': [
    { path: 'm', preprocessing: { resize: 'fit' } },
    ' › preprocessing › resize: "fit" is not valid: enter the length of the shorter side in pixels, such as 256, or "stretch".',
  ],
  'a size of half a pixel': [
    { path: 'm', preprocessing: { resize: 0.5 } },
    ' › preprocessing › resize: 0.5 is not valid: enter the length of the shorter side in pixels, such as 256, or "stretch".',
  ],
  'a size of no pixels': [
    { path: 'm', preprocessing: { resize: 0 } },
    ' › preprocessing › resize: 0 is not valid: enter the length of the shorter side in pixels, such as 256, or "stretch".',
  ],
  'a crop in words': [
    { path: 'm', preprocessing: { preset: 'imagenet', crop: '224' } },
    ' › preprocessing › crop: "224" is not valid: enter the side length of the center crop in pixels, such as 224.',
  ],
  'a crop of stretched images': [
    { path: 'm', preprocessing: { resize: 'stretch', crop: 224 } },
    ' › preprocessing › crop: Stretched images are not cropped. Set "resize" to the length of the shorter side, or remove "crop".',
  ],
  'a shape of images with five channels': [
    { path: 'm', input: [5, 32, 32] },
    ' › input: [5,32,32] is not valid: enter the shape of one image in the model’s order of axes, such as [3, 224, 224] or [224, 224, 3], or [28, 28] for one without channels. Channels are 1 or 3.',
  ],
  'a crop of more than there is': [
    { path: 'm', preprocessing: { preset: 'clip', resize: 200, crop: 224 } },
    ' › preprocessing › crop: 224 is larger than the shorter side, which "resize" sets to 200. Decrease "crop" or increase "resize".',
  ],
  'an unknown interpolation': [
    { path: 'm', preprocessing: { interpolation: 'cubic' } },
    ' › preprocessing › interpolation: "cubic" is not valid. Did you mean "bicubic"?',
  ],
  'two means': [
    { path: 'm', preprocessing: { mean: [0.5, 0.5] } },
    ' › preprocessing › mean: [0.5,0.5] is not valid: enter one number for all channels or a list of three, of pixels in [0, 1]: divide gray levels by 255.',
  ],
  'a mean in words': [
    { path: 'm', preprocessing: { mean: '0.5' } },
    ' › preprocessing › mean: "0.5" is not valid: enter one number for all channels or a list of three, of pixels in [0, 1]: divide gray levels by 255.',
  ],
  'a mean of gray levels': [
    { path: 'm', preprocessing: { mean: [123.68, 116.78, 103.94] } },
    ' › preprocessing › mean: [123.68,116.78,103.94] is not valid: enter one number for all channels or a list of three, of pixels in [0, 1]: divide gray levels by 255.',
  ],
  'a negative standard deviation': [
    { path: 'm', preprocessing: { std: -0.5 } },
    ' › preprocessing › std: -0.5 is not valid: enter one number for all channels or a list of three, each greater than 0 because pixels are divided by it.',
  ],
  'a standard deviation of 0': [
    { path: 'm', preprocessing: { std: 0 } },
    ' › preprocessing › std: 0 is not valid: enter one number for all channels or a list of three, each greater than 0 because pixels are divided by it.',
  ],
  'one standard deviation of 0': [
    { path: 'm', preprocessing: { std: [1, 0, 1] } },
    ' › preprocessing › std: [1,0,1] is not valid: enter one number for all channels or a list of three, each greater than 0 because pixels are divided by it.',
  ],
  'unknown channels': [
    { path: 'm', preprocessing: { channels: 'brg' } },
    ' › preprocessing › channels: "brg" is not valid. Did you mean "bgr"?',
  ],
  'an unknown variable': [
    { path: '${workspace}/m' },
    ' › path: There is no variable ${workspace}. Available: ${workspaceFolder}, ${workspaceFolder:name}, ${userHome}, and ${env:NAME}.',
  ],
};

const datasetMistakes: Record<string, [dataset: unknown, line: string]> = {
  'no path': [{ limit: 3 }, ' › path: "path" is missing. Folder of images.'],
  'unknown labels': [
    { path: 'd', labels: 'names' },
    ' › labels: "names" is not valid: enter "folders", "predictions", the path to a .csv, .tsv, or .txt file, or the classes of folders, such as { "stop sign": "stop" }.',
  ],
  'labels of the wrong type': [
    { path: 'd', labels: 5 },
    ' › labels: 5 is not valid: enter "folders", "predictions", the path to a .csv, .tsv, or .txt file, or the classes of folders, such as { "stop sign": "stop" }.',
  ],
  'a limit of 0': [{ path: 'd', limit: 0 }, ' › limit: 0 is not valid: it must be at least 1.'],
  'an unknown key': [
    { path: 'd', shuffle: true },
    ' › shuffle: There is no setting "shuffle" here. Available: path, labels, limit, sampling, unreadable.',
  ],
};

describe('a mistake in a model', () => {
  afterEach(removeFiles);

  for (const [what, [model, line]] of Object.entries(modelMistakes)) {
    it(`costs the tests of that model alone: ${what}`, async () => {
      const { lines, plans, problems } = await resolveText(withSources(model));
      const expected = `.vscode/settings.json:3 perturb.models › signs${line}`;
      assert.deepEqual(lines, [expected, expected]);
      assert.deepEqual(
        problems.map(({ test }) => test),
        ['signs › T', 'signs › U'],
      );
      assert.deepEqual(
        plans.map(({ id }) => id),
        ['good › T', 'good › U'],
      );
    });
  }

  it('that no test uses is left alone', async () => {
    const { lines } = await resolveText('{ "perturb.models": { "unused": {} } }');
    assert.deepEqual(lines, []);
  });
});

describe('a mistake in a dataset', () => {
  afterEach(removeFiles);

  for (const [what, [dataset, line]] of Object.entries(datasetMistakes)) {
    it(`costs the tests of that dataset alone: ${what}`, async () => {
      const { lines, plans, problems } = await resolveText(withSources({ path: 'm' }, dataset));
      assert.deepEqual(lines, [`.vscode/settings.json:7 perturb.datasets › street${line}`]);
      assert.deepEqual(
        problems.map(({ test }) => test),
        ['T'],
      );
      assert.deepEqual(
        plans.map(({ id }) => id),
        ['signs › U', 'good › U'],
      );
    });
  }
});
