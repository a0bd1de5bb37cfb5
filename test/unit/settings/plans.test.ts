// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of VS Code
import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { epsilonsOf } from '../../../src/evaluation/plan.ts';
import { removeFiles, resolveFiles, resolveText, withTests } from './workspaces.ts';

describe('plans', () => {
  afterEach(removeFiles);

  it('have everything resolved', async () => {
    const { root, plans, problems } = await resolveText(`// Settings of a person
{
  "editor.fontSize": 12, /* not ours */
  "perturb.models": {
    "signs": {
      "path": "models/signs.onnx",
      "labels": "models/labels.txt",
      "preprocessing": { "mean": 0.5, "std": [0.5], "channels": "bgr" },
    },
    "plain": { "path": "/models/plain.onnx" },
  },
  "perturb.datasets": { "street": { "path": "data/street", "labels": "data/street.CSV", "limit": 64 } },
  "perturb.tests": {
    // Both models
    "Curve": {
      "model": ["signs", "plain"], "dataset": "street", "classes": ["stop", "yield"],
      "attack": "ifgsm", "norm": "l2", "epsilon": [0.5, "1/2", 1], "target": "random",
      "parameters": { "steps": 3, "stepSize": "1/10" }, "preset": "paper",
      "expect": { "successRate": [0.1, 0.2, 0.3], "cleanAccuracy": 0.2, "confidence": 0.99 },
      "minimumEligible": 3, "quantize": false, "seed": 7,
    },
  },
}
`);
    const file = join(root, '.vscode/settings.json');
    const common = {
      name: 'Curve',
      dataset: {
        name: 'street',
        path: join(root, 'data/street'),
        labels: { csv: join(root, 'data/street.CSV') },
        limit: 64,
      },
      classes: ['stop', 'yield'],
      attacks: [0.5, 0.5, 1].map((epsilon) => ({
        attack: 'ifgsm',
        choice: { norm: 'l2', epsilon, parameters: { steps: 3, stepSize: 0.1 }, preset: 'paper', quantize: false },
        budget: { norm: 'l2', epsilon },
        parameters: { steps: 3, stepSize: 0.1 },
      })),
      target: 'random',
      expect: { successRate: [0.1, 0.2, 0.3], cleanAccuracy: [0.2, 0.2, 0.2] },
      confidence: 0.99,
      minimumEligible: 3,
      audit: true,
      seed: 7,
      robustness: join(root, 'robustness'),
      origin: { file, line: 15 },
    };
    assert.deepEqual(problems, []);
    const signs = {
      name: 'signs',
      path: join(root, 'models/signs.onnx'),
      labels: join(root, 'models/labels.txt'),
      preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: 'bgr' },
      resizing: { resize: 'stretch', interpolation: 'lanczos' },
    };
    const plain = { name: 'plain', path: '/models/plain.onnx' };
    assert.deepEqual(plans, [
      { id: 'signs › Curve', model: signs, ...common, siblings: [plain] },
      { id: 'plain › Curve', model: plain, ...common, siblings: [signs] },
    ]);
  });

  it('are audited as the workspace says where they do not say so themselves', async () => {
    const audits = async (setting: string) => {
      const { plans, lines } = await resolveText(`{
  ${setting}
  "perturb.models": { "m": { "path": "m.onnx" } },
  "perturb.datasets": { "d": { "path": "d" } },
  "perturb.tests": {
    "A": { "model": "m", "dataset": "d", "attack": "minimal", "expect": { "medianDistance": 1 } },
    "B": { "model": "m", "dataset": "d", "attack": "minimal", "expect": { "medianDistance": 1 }, "audit": "strict" },
    "C": { "model": "m", "dataset": "d", "attack": "minimal", "expect": { "medianDistance": 1 }, "audit": false },
  }
}`);
      return [...plans.map(({ audit }) => audit), ...lines];
    };
    assert.deepEqual(await audits(''), [true, 'strict', false]);
    assert.deepEqual(await audits('"perturb.audit": "strict",'), ['strict', 'strict', false]);
    assert.deepEqual(await audits('"perturb.audit": false,'), [false, 'strict', false]);
    assert.deepEqual((await audits('"perturb.audit": "sometimes",')).slice(3), [
      '.vscode/settings.json:2 perturb.audit: Enter true, false, or "strict".',
    ]);
  });

  it('of a list of attacks have the parameters of each', async () => {
    const test = {
      model: 'signs',
      dataset: 'street',
      attack: ['fgsm', { attack: 'ifgsm', parameters: { steps: 3 } }],
      epsilon: '8/255',
      expect: { robustAccuracy: 0.4 },
    };
    const { plans, problems } = await resolveText(withTests(JSON.stringify({ T: test })));
    assert.deepEqual(problems, []);
    const [attack] = plans[0]?.attacks ?? assert.fail();
    assert.deepEqual([attack.attack, attack.budget], ['ensemble', { norm: 'linf', epsilon: 8 / 255 }]);
    assert.deepEqual(attack.parameters, {
      attacks: [
        { attack: 'fgsm', parameters: {} },
        { attack: 'ifgsm', parameters: { steps: 3, stepSize: 1 / 255 } },
      ],
    });
  });

  it('know the environment that they are made of', async () => {
    process.env.PERTURB_TEST_SECRET = '/secret/models';
    process.env.PERTURB_TEST_SHORT = 'd';
    const { plans } = await resolveText(`{
  "perturb.models": { "m": { "path": "\${env:PERTURB_TEST_SECRET}/m.onnx" } },
  "perturb.datasets": { "d": { "path": "\${env:PERTURB_TEST_SHORT}" } },
  "perturb.tests": {
    "A": { "model": "m", "dataset": "d", "attack": "minimal", "expect": { "medianDistance": 1 } },
  }
}`);
    delete process.env.PERTURB_TEST_SECRET;
    delete process.env.PERTURB_TEST_SHORT;
    assert.deepEqual(plans[0]?.secrets, { PERTURB_TEST_SECRET: '/secret/models' });
  });

  it('have defaults for what may be left out', async () => {
    const { root, plans, lines } = await resolveText(`{
  "perturb.models": { "m": { "path": "m.onnx" } },
  "perturb.datasets": { "d": { "path": "d" } },
  "perturb.tests": {
    "Smallest": { "model": "m", "dataset": "d", "attack": "minimal", "expect": { "medianDistance": 1 } },
    "Fixed": { "model": "m", "dataset": "d", "attack": "fgsm", "epsilon": "1/255", "expect": { "robustAccuracy": [0] } },
  }
}`);
    assert.deepEqual(lines, []);
    const [smallest, fixed] = plans;
    assert.deepEqual(smallest, {
      id: 'm › Smallest',
      name: 'Smallest',
      model: {
        name: 'm',
        path: join(root, 'm.onnx'),
      },
      dataset: { name: 'd', path: join(root, 'd'), labels: 'folders' },
      attacks: [
        {
          attack: 'minimal',
          choice: { norm: 'l2', parameters: {}, preset: 'quick', quantize: true },
          budget: { norm: 'l2', epsilon: Infinity },
          parameters: {},
        },
      ],
      expect: { medianDistance: [1] },
      audit: true,
      seed: 0,
      robustness: join(root, 'robustness'),
      origin: { file: join(root, '.vscode/settings.json'), line: 5 },
    });
    assert.deepEqual(
      fixed?.attacks.map(({ budget }) => budget),
      [{ norm: 'linf', epsilon: 1 / 255 }],
    );
    assert.deepEqual(fixed && epsilonsOf(fixed), [1 / 255]);
  });

  it('allow any epsilon above 0 off the grid and in wide norms', async () => {
    const test = '"model": "m", "dataset": "d", "expect": { "robustAccuracy": 0 }';
    const { plans, lines } = await resolveText(`{
  "perturb.models": { "m": { "path": "m" } },
  "perturb.datasets": { "d": { "path": "d" } },
  "perturb.tests": {
    "off the grid": { ${test}, "attack": "fgsm", "epsilon": "0.5/255", "quantize": false },
    "wide": { ${test}, "attack": "fgsm", "norm": "l2", "epsilon": 3.5 },
    "pixels": { ${test}, "attack": "pixels", "epsilon": 40 }
  }
}`);
    assert.deepEqual(lines, []);
    assert.equal(plans.length, 3);
  });

  it('of no tests are none', async () => {
    for (const text of ['', '{}', '// nothing yet', '{ "perturb.tests": {} }']) {
      const { plans, problems } = await resolveText(text);
      assert.deepEqual({ plans, problems }, { plans: [], problems: [] });
    }
  });
});

describe('variables in paths', () => {
  afterEach(removeFiles);

  /** What becomes of a model's path in a folder. */
  async function pathOf(path: string) {
    const { root, plans, lines } = await resolveFiles(
      {
        'app/.vscode/settings.json': `{
  "perturb.models": { "m": { "path": ${JSON.stringify(path)} } },
  "perturb.datasets": { "d": { "path": "d" } },
  "perturb.tests": { "T": { "model": "m", "dataset": "d", "attack": "fgsm", "epsilon": 0.1, "expect": { "robustAccuracy": 0 } } }
}`,
      },
      'app',
    );
    return { root, path: plans[0]?.model.path, lines };
  }

  it('are replaced', async () => {
    process.env.PERTURB_TEST_MODELS = '/shared/models';
    const cases: [string, (root: string) => string][] = [
      ['m.onnx', (root) => join(root, 'app/m.onnx')],
      ['../m.onnx', (root) => join(root, 'm.onnx')],
      ['${workspaceFolder}/m.onnx', (root) => join(root, 'app/m.onnx')],
      ['${workspaceFolder:app}/m.onnx', (root) => join(root, 'app/m.onnx')],
      ['${userHome}/m.onnx', () => join(homedir(), 'm.onnx')],
      ['~/m.onnx', () => join(homedir(), 'm.onnx')],
      ['~\\\\m.onnx', () => join(homedir(), 'm.onnx')],
      ['${env:PERTURB_TEST_MODELS}/m.onnx', () => '/shared/models/m.onnx'],
      [pathToFileURL(join(homedir(), 'my m.onnx')).href, () => join(homedir(), 'my m.onnx')],
    ];
    for (const [written, expected] of cases) {
      const { root, path } = await pathOf(written);
      assert.equal(path, expected(root), written);
    }
    delete process.env.PERTURB_TEST_MODELS;
  });

  it('are explained where they have no value', async () => {
    const cases: [string, string][] = [
      [
        '${env:PERTURB_TEST_UNSET}/m',
        'The environment variable PERTURB_TEST_UNSET is not set. Set it, or remove ${env:PERTURB_TEST_UNSET} from the path.',
      ],
      [
        '${workspaceFolder:web}/m',
        '${workspaceFolder:web} cannot be resolved: the workspace has no folder "web". Available folders: app.',
      ],
      [
        'https://example.com/m.onnx',
        'This is an address ("https://…"), not a path. Download what is there, and give the path of the file or folder.',
      ],
      [
        '${workspaceRoot}/m',
        'There is no variable ${workspaceRoot}. Available: ${workspaceFolder}, ${workspaceFolder:name}, ${userHome}, and ${env:NAME}.',
      ],
    ];
    for (const [written, message] of cases) {
      const { lines } = await pathOf(written);
      assert.deepEqual(lines, [`app/.vscode/settings.json:2 perturb.models › m › path: ${message}`]);
    }
  });
});
