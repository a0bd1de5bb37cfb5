import assert from 'node:assert/strict';
import { join } from 'node:path';
import { needsOtherNetwork } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import {
  type AttackChoice,
  type ConfiguredAttack,
  configureAttack,
  definitionOf,
} from '../../../src/runner/configuredAttack.ts';
import { defense, detector, settingsOf } from './trainingSettings.ts';
import { removeFiles, resolveTraining } from './workspaces.ts';

/** The attacks that there is something to learn from. */
const lessons = [...catalog.values()]
  .filter((attack) => attack.kind === 'attack' && !needsOtherNetwork(attack))
  .map(({ id }) => id)
  .join(', ');

/** An attack as entries configure it: with the preset `quick` and on the grid, where they do not say otherwise. */
function chosen(attack: string, choice: Partial<AttackChoice> & Pick<AttackChoice, 'norm'>): ConfiguredAttack {
  return configureAttack(definitionOf(attack), { preset: 'quick', parameters: {}, quantize: true, ...choice });
}

describe('what is to be trained', () => {
  afterEach(removeFiles);

  it('has everything resolved', async () => {
    const { root, detectors, defenses, lines } = await resolveTraining(
      settingsOf({
        detectors: {
          D: {
            ...detector,
            attacks: [
              { attack: 'fgsm', epsilon: '16/255' },
              { attack: 'pgd', norm: 'l2', epsilon: 2, preset: 'paper', parameters: { steps: 3 } },
            ],
            heldOut: [{ attack: 'cw' }],
            falsePositiveRate: 0.1,
            preset: 'paper',
            parameters: { steps: 5, sigma: '2/255' },
            seed: 3,
          },
        },
        defenses: { H: { ...defense, validation: 'street', preset: 'paper', parameters: { steps: 7 }, seed: 4 } },
      }),
    );
    assert.deepEqual(lines, []);
    const file = join(root, '.vscode/settings.json');
    const model = {
      name: 'signs',
      path: join(root, 'models/signs/model.json'),
    };
    const dataset = { name: 'street', path: join(root, 'street'), labels: 'folders' };
    assert.deepEqual(detectors, [
      {
        name: 'D',
        kind: 'net',
        model,
        dataset,
        path: join(root, 'out/net'),
        attacks: [
          chosen('fgsm', { norm: 'linf', epsilon: 16 / 255 }),
          chosen('pgd', { norm: 'l2', epsilon: 2, preset: 'paper', parameters: { steps: 3 } }),
        ],
        heldOut: [chosen('cw', { norm: 'l2' })],
        falsePositiveRate: 0.1,
        preset: 'paper',
        parameters: { steps: 5, sigma: '2/255' },
        seed: 3,
        origin: { file, line: 5 },
      },
    ]);
    assert.deepEqual(defenses, [
      {
        name: 'H',
        kind: 'robust',
        model,
        dataset,
        validation: dataset,
        path: join(root, 'out/robust'),
        preset: 'paper',
        parameters: { steps: 7 },
        seed: 4,
        origin: { file, line: 8 },
      },
    ]);
  });

  it('has defaults for what may be left out', async () => {
    const { detectors, defenses, lines } = await resolveTraining(
      settingsOf({ detectors: { D: detector }, defenses: { H: defense } }),
    );
    assert.deepEqual(lines, []);
    const { attacks, heldOut, falsePositiveRate, seed, preset, parameters } = detectors[0] ?? assert.fail();
    assert.deepEqual(attacks, [
      chosen('fgsm', { norm: 'linf', epsilon: 8 / 255 }),
      chosen('pgd', { norm: 'linf', epsilon: 8 / 255 }),
    ]);
    assert.deepEqual(heldOut, [chosen('deepfool', { norm: 'l2' })]);
    assert.deepEqual(
      { falsePositiveRate, seed, preset, parameters },
      { falsePositiveRate: 0.05, seed: 0, preset: 'quick', parameters: {} },
    );
    assert.ok(defenses[0] && !('validation' in defenses[0]));
    assert.equal(defenses[0].preset, 'quick');
  });

  it('holds no attack out by default that it learns from, and none at all where the list is empty', async () => {
    const { detectors, lines } = await resolveTraining(
      settingsOf({
        detectors: {
          D: { ...detector, attacks: [{ attack: 'deepfool' }] },
          E: { ...detector, path: 'out/e', heldOut: [] },
        },
      }),
    );
    assert.deepEqual(lines, []);
    assert.deepEqual(
      detectors.map(({ heldOut }) => heldOut),
      [[], []],
    );
  });

  it('may be in a folder beside the model', async () => {
    const { lines } = await resolveTraining(
      settingsOf({ defenses: { H: { ...defense, path: 'models/signs/hardened' }, I: { ...defense, path: 'models' } } }),
    );
    assert.deepEqual(lines, []);
  });

  /** Changes of an entry, and what is said of it, from line 5 (a detector) or line 8 (a defense) on. */
  const mistakes: Record<string, [changes: { detector?: object; defense?: object }, ...lines: string[]]> = {
    'an unknown kind': [{ detector: { kind: 'nets' } }, 'kind: "nets" is not valid. Did you mean "net"?'],
    'a missing kind': [
      { defense: { kind: undefined } },
      'kind: "kind" is missing. Kind of detector, defense, surrogate, or generator to train.',
    ],
    'an unknown key': [
      { defense: { attacks: [] } },
      'attacks: There is no setting "attacks" here. Available: kind, model, dataset, validation, path, parameters, preset, seed.',
    ],
    'a parameter beside': [
      { detector: { sigma: 1 } },
      'sigma: "sigma" is a parameter of the detector. Move it into "parameters": { "sigma": 1 }.',
    ],
    'a parameter of a defense beside': [
      { defense: { steps: 1 } },
      'steps: "steps" is a parameter of the defense. Move it into "parameters": { "steps": 1 }.',
    ],
    'an unknown preset': [{ defense: { preset: 'papr' } }, 'preset: "papr" is not valid. Did you mean "paper"?'],
    'an unknown preset of an attack': [
      { detector: { attacks: [{ attack: 'fgsm', epsilon: 0.1, preset: 'fast' }] } },
      'attacks[0] › preset: "fast" is not valid. Available: quick, paper.',
    ],
    'a preset among the parameters': [
      { detector: { parameters: { preset: 'paper' } } },
      'parameters › preset: "preset" does not belong in "parameters". Move it up one level, next to "parameters".',
    ],
    'a key among the parameters': [
      { detector: { parameters: { seed: 3 } } },
      'parameters › seed: "seed" does not belong in "parameters". Move it up one level, next to "parameters".',
    ],
    'a parameter of a kind without any': [
      { detector: { kind: 'still', parameters: { steps: 3 } } },
      'parameters › steps: Stillness has no parameters. Remove "steps".',
    ],
    'a parameter out of range': [
      { defense: { parameters: { steps: 0 } } },
      'parameters › steps: 0 is not valid: it must be at least 1.',
    ],
    'an amount that is none': [
      { defense: { parameters: { sigma: 'wide' } } },
      'parameters › sigma: "wide" is not valid: enter a number greater than 0 or a fraction such as "8/255".',
    ],
    'an amount that divides by zero': [
      { detector: { parameters: { sigma: '1/0' } } },
      'parameters › sigma: "1/0" divides by zero.',
    ],
    'an unknown model': [
      { defense: { model: 'sings' } },
      'model: There is no "sings" in "perturb.models". Did you mean "signs"?',
    ],
    'an unknown dataset': [
      { detector: { dataset: 'steet' } },
      'dataset: There is no "steet" in "perturb.datasets". Did you mean "street"?',
    ],
    'an unknown validation': [
      { defense: { validation: 'steet' } },
      'validation: There is no "steet" in "perturb.datasets". Did you mean "street"?',
    ],
    'a list of models': [
      { detector: { model: ['signs'] } },
      'model: ["signs"] is not valid: enter the name of a model in quotes.',
    ],
    'images without labels': [
      { detector: { dataset: 'loose' } },
      'dataset: The labels of "loose" are the model’s own predictions, which are useless for training. Add labels to the dataset or use another one.',
    ],
    'validation without labels': [
      { defense: { validation: 'loose' } },
      'validation: The labels of "loose" are the model’s own predictions, which are useless for training. Add labels to the dataset or use another one.',
    ],
    'the folder of the model': [
      { defense: { path: 'models/signs/' } },
      'path: This folder contains the model "signs" itself, which must not be overwritten. Choose another folder.',
    ],
    'the folder that is the model': [
      { detector: { model: 'plain', path: './models/plain' } },
      'path: This folder contains the model "plain" itself, which must not be overwritten. Choose another folder.',
    ],
    'an unknown variable': [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of VS Code
      { detector: { path: '${home}/net' } },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of VS Code
      'path: There is no variable ${home}. Available: ${workspaceFolder}, ${workspaceFolder:name}, ${userHome}, and ${env:NAME}.',
    ],
    'no path': [
      { detector: { path: undefined } },
      'path: "path" is missing. Output folder for the detector: `detector.json` and a file of arrays.',
    ],
    'a negative seed': [{ defense: { seed: -1 } }, 'seed: -1 is not valid: it must be at least 0.'],
    'a rate of 0': [
      { detector: { falsePositiveRate: 0 } },
      'falsePositiveRate: 0 is not valid: enter a fraction greater than 0 and up to 0.5, such as 0.05 for 5%.',
    ],
    'a rate in percent': [
      { detector: { falsePositiveRate: 5 } },
      'falsePositiveRate: 5 is not valid: enter a fraction greater than 0 and up to 0.5, such as 0.05 for 5%.',
    ],
    'no attacks': [
      { detector: { attacks: [] } },
      'attacks: [] is not valid: enter a list of attacks, such as [{ "attack": "fgsm", "epsilon": "8/255" }].',
    ],
    'a name for a list of attacks': [
      { detector: { attacks: 'fgsm' } },
      'attacks: "fgsm" is not valid: enter a list of attacks, such as [{ "attack": "fgsm", "epsilon": "8/255" }].',
    ],
    'a name for an attack': [
      { detector: { attacks: ['fgsm'] } },
      'attacks[0]: "fgsm" is not valid: enter an object { … }.',
    ],
    'the same attack twice': [
      { detector: { heldOut: [{ attack: 'cw' }, { attack: 'cw', norm: 'l2', parameters: {} }] } },
      'heldOut[1]: This attack is already in the list. Remove one of the two.',
    ],
    'an attack that is seen and held out': [
      {
        detector: {
          attacks: [{ attack: 'cw' }],
          heldOut: [{ attack: 'deepfool' }, { attack: 'cw', norm: 'l2' }],
        },
      },
      'heldOut[1]: This attack is also in "attacks". Remove it from one of the two lists.',
    ],
    'an unknown attack': [
      { detector: { attacks: [{ attack: 'pgdd', epsilon: 0.1 }] } },
      'attacks[0] › attack: "pgdd" is not valid. Did you mean "pgd"?',
    ],
    'an attack that makes no examples': [
      { detector: { attacks: [{ attack: 'linear', epsilon: 0.1 }] } },
      `attacks[0] › attack: Linear explanation creates no training examples. Use one of these attacks: ${lessons}.`,
    ],
    'no epsilon': [
      { detector: { attacks: [{ attack: 'pgd' }] } },
      'attacks[0] › epsilon: "epsilon" is missing. Maximum perturbation, where pixels range from 0 to 1 (`l0`: a number of pixels): a number or a fraction such as `"8/255"`, which is 8 gray levels.',
    ],
    'an epsilon too many': [
      {
        detector: {
          heldOut: [
            { attack: 'fgsm', epsilon: 0.1 },
            { attack: 'cw', epsilon: 0.1 },
          ],
        },
      },
      'heldOut[1] › epsilon: Carlini & Wagner finds the smallest perturbation and does not use an epsilon: remove "epsilon".',
    ],
    'several epsilons': [
      { detector: { attacks: [{ attack: 'fgsm', epsilon: [0.1, 0.2] }] } },
      'attacks[0] › epsilon: [0.1,0.2] is not valid: enter a number greater than 0 or a fraction such as "8/255".',
    ],
    'an epsilon in gray levels': [
      { detector: { attacks: [{ attack: 'fgsm', epsilon: 8 }] } },
      'attacks[0] › epsilon: 8 exceeds the whole pixel range, [0, 1]. For 8 gray levels, enter "8/255".',
    ],
    'a norm that the attack does not know': [
      { detector: { attacks: [{ attack: 'fgsm', norm: 'l1', epsilon: 8 }] } },
      'attacks[0] › norm: "l1" is not valid: enter one of the norms that FGSM supports: linf, l2.',
    ],
    'a target': [
      { detector: { attacks: [{ attack: 'fgsm', epsilon: 0.1, target: 'stop' }] } },
      'attacks[0] › target: There is no setting "target" here. Available: attack, norm, epsilon, parameters, preset.',
    ],
    'a parameter beside the attack': [
      { detector: { attacks: [{ attack: 'pgd', epsilon: 0.1, steps: 3 }] } },
      'attacks[0] › steps: "steps" is a parameter of the attack. Move it into "parameters": { "steps": 3 }.',
    ],
    'a wrong parameter of the attack': [
      { detector: { attacks: [{ attack: 'pgd', epsilon: 0.1, parameters: { steps: 0 } }] } },
      'attacks[0] › parameters › steps: 0 is not valid: it must be at least 1.',
    ],
    'no object': [{ detector: 5 as never }, '5 is not valid: enter an object { … }.'],
  };

  for (const [what, [changes, ...expected]] of Object.entries(mistakes)) {
    it(`is explained once where it has a mistake, and leaves others alone: ${what}`, async () => {
      const changed = (base: object, change: unknown) =>
        typeof change === 'number' ? change : { ...base, ...Object(change) };
      const { detectors, defenses, lines } = await resolveTraining(
        settingsOf({
          detectors: {
            ...(changes.detector !== undefined && { X: changed({ ...detector, path: 'out/x' }, changes.detector) }),
            Sound: detector,
          },
          defenses: {
            ...(changes.defense !== undefined && { X: changed({ ...defense, path: 'out/x' }, changes.defense) }),
            Sound: defense,
          },
        }),
      );
      // The entries with a mistake come first in their setting.
      const [key, line] = changes.detector === undefined ? ['defenses', 8] : ['detectors', 5];
      assert.deepEqual(
        lines,
        expected.map((text) => {
          const place = /^[\d"]/.test(text) ? ': ' : ' › ';
          return `.vscode/settings.json:${line} perturb.${key} › X${place}${text}`;
        }),
      );
      assert.deepEqual([detectors.length, defenses.length], [1, 1]);
    });
  }

  it('cannot harden a model that compares embeddings', async () => {
    const { defenses, lines } = await resolveTraining(`{
  "perturb.models": {
    "faces": { "path": "m", "enrolled": { "path": "enrolled", "threshold": 0.5 } }
  },
  "perturb.datasets": { "street": { "path": "street" } },
  "perturb.defenses": {
    "X": { "kind": "robust", "model": "faces", "dataset": "street", "path": "out/x" }
  }
}`);
    assert.deepEqual(defenses, []);
    assert.match(lines.join(), /:7 perturb.defenses › X › model: This model gives embeddings/);
  });

  it('has the line of its own mistake, and of one in its model', async () => {
    const { lines } = await resolveTraining(`{
  "perturb.models": {
    "signs": { "path": "m", "label": "l" }
  },
  "perturb.datasets": { "street": { "path": "street" } },
  "perturb.detectors": {
    "D": {
      "kind": "net",
      "model": "signs",
      "dataset": "street",
      "path": "out",
      "attacks": [
        { "attack": "fgsm", "epsilon": 0.1 },
        { "attack": "fgsm",
          "epsilon": 0 }
      ]
    }
  }
}`);
    assert.deepEqual(lines, [
      '.vscode/settings.json:15 perturb.detectors › D › attacks[1] › epsilon: 0 is not valid: enter a number greater than 0 or a fraction such as "8/255".',
      '.vscode/settings.json:3 perturb.models › signs › label: There is no setting "label" here. Did you mean "labels"?',
    ]);
  });

  it('has a folder of its own', async () => {
    const { detectors, defenses, lines } = await resolveTraining(
      settingsOf({
        detectors: { D: detector, E: { ...detector, path: 'e' } },
        defenses: { H: { ...defense, path: './e' } },
      }),
    );
    assert.deepEqual(lines, [
      '.vscode/settings.json:6 perturb.detectors › E › path: perturb.defenses › H is written to the same folder. Use a different folder for each.',
      '.vscode/settings.json:9 perturb.defenses › H › path: perturb.detectors › E is written to the same folder. Use a different folder for each.',
    ]);
    assert.deepEqual([detectors.map(({ name }) => name), defenses], [['D'], []]);
  });

  it('is not defined twice', async () => {
    const text = settingsOf({ detectors: { D: detector, E: detector } }).replace('"E"', '"D"');
    const { detectors, lines } = await resolveTraining(text);
    assert.deepEqual(detectors, []);
    assert.deepEqual(lines, [
      '.vscode/settings.json:6 perturb.detectors › D: "D" is defined twice, and the first definition would be ignored. Rename or remove one.',
    ]);
  });
});
