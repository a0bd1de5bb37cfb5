import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { findDefense, findDetector } from '../../../../src/settings/findSource.ts';
import { resolvePlans } from '../../../../src/settings/plans.ts';
import { formatProblem } from '../../../../src/settings/problem.ts';
import { readWorkspace } from '../../../../src/settings/readSettings.ts';
import { UserError } from '../../../../src/userError.ts';
import type { Format } from '../format.ts';

const variable = (name: string) => `\${${name}}`;
const common = { model: 'signs', dataset: 'street', epsilon: '8/255' };
const settingsOfAll = {
  'perturb.models': {
    signs: {
      path: `${variable('userHome')}/models/signs/model.json`,
      labels: 'models/signs/labels.txt',
      preprocessing: { preset: 'imagenet', mean: [0.5, 0.5, 0.5], std: 0.5, channels: 'rgb', resize: 256, crop: 224 },
    },
    other: {
      path: `${variable('env:PATH')}/other.onnx`,
      preprocessing: 'clip',
      input: [3, 224, 224],
      output: 'logits',
    },
  },
  'perturb.datasets': {
    street: { path: 'data/street', labels: 'folders', limit: 8, sampling: 'even', unreadable: 'skip' },
    table: { path: 'data/street', labels: 'data/labels.csv' },
  },
  'perturb.detectors': {
    net: {
      ...{ kind: 'classifier', model: 'signs', dataset: 'street', path: 'detectors/net', falsePositiveRate: 0.05 },
      ...{ attacks: [{ attack: 'fgsm', epsilon: '8/255' }], heldOut: [{ attack: 'deepfool' }] },
      parameters: { epochs: 2 },
    },
  },
  'perturb.defenses': {
    hard: {
      ...{ kind: 'madry', model: 'signs', dataset: 'street', validation: 'table', path: 'models/hard', seed: 3 },
      parameters: { epsilon: '4/255', epochs: 4 },
    },
  },
  'perturb.tests': {
    fgsm: { ...common, attack: 'fgsm', expect: { robustAccuracy: 0.4, confidence: 0.95 } },
    curve: {
      ...{ ...common, model: ['signs', 'other'], attack: 'ifgsm', epsilon: ['2/255', 0.5] },
      expect: { robustAccuracy: [0.6, 0.5] },
    },
    list: {
      ...{ ...common, attack: ['pgd', { attack: 'fab', parameters: { restarts: 2 } }], classes: ['stop'], seed: 1 },
      expect: { robustAccuracy: 0.5 },
    },
    near: {
      model: 'signs',
      dataset: 'table',
      attack: 'cw',
      norm: 'l2',
      expect: { medianDistance: 1 },
      preset: 'paper',
    },
    guarded: { ...common, attack: 'pgd', detector: 'net', attacker: 'adaptive', record: 4, expect: { successRate: 1 } },
    forged: { model: 'signs', attack: 'forge', target: 'stop', quantize: false, expect: { successRate: 1 } },
  },
};

const json = (value: object) => Buffer.from(JSON.stringify(value, null, 2));
const inFolder = path.join('.vscode', 'settings.json');

/** Settings of a folder, and those of a `.code-workspace` file. */
export const settings: Format = {
  intact: async () => [
    { [inFolder]: json(settingsOfAll) },
    {
      'all.code-workspace': json({
        folders: [{ path: 'one' }, { name: 'root', uri: 'file:///' }],
        settings: settingsOfAll,
      }),
      [path.join('one', inFolder)]: json({ 'perturb.tests': {} }),
    },
  ],
  async open(at) {
    const file = (await readdir(at)).find((name) => name.endsWith('.code-workspace'));
    const workspace = await readWorkspace(file ? path.join(at, file) : at);
    const { problems } = resolvePlans(workspace);
    const named = workspace.layers.flatMap(({ values }) => [
      ...Object.keys(values['perturb.defenses']).map((name) => () => findDefense(workspace, name)),
      ...Object.keys(values['perturb.detectors']).map((name) => () => findDetector(workspace, name)),
    ]);
    const faults = named.flatMap((find) => {
      try {
        find();
        return [];
      } catch (error) {
        if (error instanceof UserError) return [error.message];
        throw error;
      }
    });
    const words = [...problems.map(formatProblem), ...faults];
    if (words.length > 0) throw new UserError(words.join('\n'));
  },
};
