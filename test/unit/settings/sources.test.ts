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
    ' › path: "path" is missing. The model: a file (`model.json`, `.onnx`, `.h5`, `.keras`), a SavedModel folder, or a folder with one `model.json` or `.onnx` file.',
  ],
  'a path of the wrong type': [{ path: 5 }, ' › path: 5 does not fit. Give a path in quotes.'],
  'a path alone': ['m.onnx', ': "m.onnx" does not fit. Give an object { … }.'],
  'an unknown key': [
    { path: 'm', label: 'l.txt' },
    ' › label: There is no setting "label" here. Did you mean "labels"?',
  ],
  'unknown preprocessing': [
    { path: 'm', preprocessing: 'imagnet' },
    ' › preprocessing: "imagnet" does not fit. Give a preset ("imagenet", "clip", "tf"), or an object such as { "mean": 0.5, "std": 0.5, "channels": "rgb" }.',
  ],
  'preprocessing that is a number': [
    { path: 'm', preprocessing: 255 },
    ' › preprocessing: 255 does not fit. Give a preset ("imagenet", "clip", "tf"), or an object such as { "mean": 0.5, "std": 0.5, "channels": "rgb" }.',
  ],
  'an unknown preset': [
    { path: 'm', preprocessing: { preset: 'imagnet' } },
    ' › preprocessing › preset: "imagnet" is unknown. Did you mean "imagenet"?',
  ],
  'an unknown key of preprocessing': [
    { path: 'm', preprocessing: { resized: 224 } },
    ' › preprocessing › resized: There is no setting "resized" here. Did you mean "resize"?',
  ],
  'a size in words': [
    { path: 'm', preprocessing: { resize: 'fit' } },
    ' › preprocessing › resize: "fit" does not fit. Give the length of the shorter side in pixels, such as 256, or "stretch".',
  ],
  'a size of half a pixel': [
    { path: 'm', preprocessing: { resize: 0.5 } },
    ' › preprocessing › resize: 0.5 does not fit. Give the length of the shorter side in pixels, such as 256, or "stretch".',
  ],
  'a size of no pixels': [
    { path: 'm', preprocessing: { resize: 0 } },
    ' › preprocessing › resize: 0 does not fit. Give the length of the shorter side in pixels, such as 256, or "stretch".',
  ],
  'a crop in words': [
    { path: 'm', preprocessing: { preset: 'imagenet', crop: '224' } },
    ' › preprocessing › crop: "224" does not fit. Give the side of the center that is cut out, in pixels, such as 224.',
  ],
  'a crop of stretched images': [
    { path: 'm', preprocessing: { crop: 224 } },
    ' › preprocessing › crop: Stretched images are not cut. Give "resize" the length of the shorter side, or remove "crop".',
  ],
  'a crop of more than there is': [
    { path: 'm', preprocessing: { preset: 'clip', resize: 200, crop: 224 } },
    ' › preprocessing › crop: 224 is more than the shorter side, which "resize" makes 200. Change one.',
  ],
  'an unknown interpolation': [
    { path: 'm', preprocessing: { interpolation: 'cubic' } },
    ' › preprocessing › interpolation: "cubic" is unknown. Did you mean "bicubic"?',
  ],
  'two means': [
    { path: 'm', preprocessing: { mean: [0.5, 0.5] } },
    ' › preprocessing › mean: [0.5,0.5] does not fit. Give one number for all channels, or a list of three.',
  ],
  'a mean in words': [
    { path: 'm', preprocessing: { mean: '0.5' } },
    ' › preprocessing › mean: "0.5" does not fit. Give one number for all channels, or a list of three.',
  ],
  'a standard deviation of 0': [
    { path: 'm', preprocessing: { std: 0 } },
    ' › preprocessing › std: 0 does not fit. Give one number for all channels, or a list of three. None may be 0, since pixels are divided by it.',
  ],
  'one standard deviation of 0': [
    { path: 'm', preprocessing: { std: [1, 0, 1] } },
    ' › preprocessing › std: [1,0,1] does not fit. Give one number for all channels, or a list of three. None may be 0, since pixels are divided by it.',
  ],
  'unknown channels': [
    { path: 'm', preprocessing: { channels: 'brg' } },
    ' › preprocessing › channels: "brg" is unknown. Did you mean "bgr"?',
  ],
  'an unknown variable': [
    { path: '${workspace}/m' },
    ' › path: There is no variable ${workspace}. Known: ${workspaceFolder}, ${workspaceFolder:name}, ${userHome} and ${env:NAME}.',
  ],
};

const datasetMistakes: Record<string, [dataset: unknown, line: string]> = {
  'no path': [{ limit: 3 }, ' › path: "path" is missing. Folder of images.'],
  'unknown labels': [
    { path: 'd', labels: 'names' },
    ' › labels: "names" does not fit. Give "folders", "predictions", or the path of a .csv, .tsv or .txt file.',
  ],
  'labels of the wrong type': [
    { path: 'd', labels: 5 },
    ' › labels: 5 does not fit. Give "folders", "predictions", or the path of a .csv, .tsv or .txt file.',
  ],
  'a limit of 0': [{ path: 'd', limit: 0 }, ' › limit: 0 does not fit: it must be at least 1.'],
  'an unknown key': [
    { path: 'd', shuffle: true },
    ' › shuffle: There is no setting "shuffle" here. Known: path, labels, limit, sampling, unreadable.',
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
