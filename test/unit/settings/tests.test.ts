import assert from 'node:assert/strict';
import { removeFiles, resolveText, withTests } from './workspaces.ts';

const sound = {
  model: 'signs',
  dataset: 'street',
  attack: 'fgsm',
  epsilon: '8/255',
  expect: { robustAccuracy: 0.4 },
};

/** Settings with two tests: "Sound", and "Other", whose keys stand one a line from line 7 on. */
function beside(changes: object): string {
  const keys = Object.entries({ ...changes }).map(
    ([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const rest = Object.entries(sound).filter(([key]) => !(key in changes));
  const others = rest.map(([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const lines = [...keys.filter((line) => !line.endsWith('undefined')), ...others].join(',\n');
  return withTests(`{\n    "Sound": ${JSON.stringify(sound)},\n    "Other": {\n${lines}\n    }\n  }`);
}

const missing = undefined;

/** What a test says, and the line that a person reads: `line setting below the test: message`. */
const mistakes: Record<string, [changes: object, ...lines: string[]]> = {
  'an unknown key': [{ epsilom: 1 }, '7 › epsilom: There is no setting "epsilom" here. Did you mean "epsilon"?'],
  'an unknown key like no other': [
    { color: 1 },
    '7 › color: There is no setting "color" here. Available: model, dataset, classes, attack, norm, epsilon, target, parameters, preset, queries, expect, surrogate, detector, purifier, attacker, minimumEligible, audit, record, quantize, seed.',
  ],
  'parameters beside the attack': [
    { attack: 'ifgsm', steps: 40, stepSize: '1/255' },
    '8 › steps: "steps" is a parameter of the attack. Move it into "parameters": { "steps": 40 }.',
    '9 › stepSize: "stepSize" is a parameter of the attack. Move it into "parameters": { "stepSize": "1/255" }.',
  ],
  'a setting inside parameters': [
    { attack: 'ifgsm', parameters: { norm: 'l2' } },
    '8 › parameters › norm: "norm" does not belong in "parameters". Move it up one level, next to "parameters".',
  ],
  'a misspelled parameter': [
    { attack: 'ifgsm', parameters: { step: 5 } },
    '8 › parameters › step: There is no setting "step" here. Did you mean "steps"?',
  ],
  'parameters of the wrong kind': [
    { attack: 'ifgsm', parameters: { steps: 1.5, stepSize: 'small' } },
    '8 › parameters › steps: 1.5 is not valid: enter a whole number.',
    '8 › parameters › stepSize: "small" is not valid: enter a number greater than 0 or a fraction such as "8/255".',
  ],
  'a parameter out of range': [
    { attack: 'ifgsm', parameters: { steps: 0 } },
    '8 › parameters › steps: 0 is not valid: it must be at least 1.',
  ],
  'a budget of no queries': [
    { queries: 0 },
    '7 › queries: 0 is not valid: enter a whole number of queries, 1 or more.',
  ],
  'queries that are no number': [
    { queries: 'few' },
    '7 › queries: "few" is not valid: enter a whole number of queries, 1 or more.',
  ],
  'a parameter that divides by zero': [
    { attack: 'ifgsm', parameters: { stepSize: '1/0' } },
    '8 › parameters › stepSize: "1/0" divides by zero.',
  ],
  'a parameter of an attack without any': [
    { parameters: { steps: 3 } },
    '7 › parameters › steps: FGSM has no parameters. Remove "steps".',
  ],

  'an attack that is no name': [{ attack: {} }, '7 › attack: {} is not valid: enter text in quotes or a list [ … ].'],
  'an unknown model': [{ model: 'sings' }, '7 › model: There is no "sings" in "perturb.models". Did you mean "signs"?'],
  'a model of the wrong type': [
    { model: 5 },
    '7 › model: 5 is not valid: enter the name of a model in quotes or a list of different names.',
  ],
  'the same model twice': [
    { model: ['signs', 'signs'] },
    '7 › model: ["signs","signs"] is not valid: enter the name of a model in quotes or a list of different names.',
  ],
  'an unknown dataset': [
    { dataset: 'photographs' },
    '7 › dataset: There is no "photographs" in "perturb.datasets". Available: street, loose.',
  ],
  'an unknown attack': [
    { attack: 'nothing' },
    '7 › attack: "nothing" is not valid. Available: fgsm, ifgsm, minimal, pixels.',
  ],
  'an attack in capitals': [{ attack: 'FGSM' }, '7 › attack: "FGSM" is not valid. Did you mean "fgsm"?'],
  'an attack of the wrong type': [{ attack: 5 }, '7 › attack: 5 is not valid: enter text in quotes or a list [ … ].'],
  'a norm that the attack does not know': [
    { norm: 'l1' },
    '7 › norm: "l1" is not valid: enter one of the norms that FGSM supports: linf, l2.',
  ],

  'an epsilon of 0': [
    { epsilon: 0 },
    '7 › epsilon: 0 is not valid: enter a number greater than 0 or a fraction such as "8/255".',
  ],
  'a negative epsilon': [
    { epsilon: -0.1 },
    '7 › epsilon: -0.1 is not valid: enter a number greater than 0 or a fraction such as "8/255".',
  ],
  'an epsilon that divides by zero': [
    { epsilon: '8/0' },
    '7 › epsilon: "8/0" divides by zero. Enter a number greater than 0 or a fraction such as "8/255".',
  ],
  'an epsilon that is no number': [
    { epsilon: 'large' },
    '7 › epsilon: "large" is not valid: enter a number greater than 0 or a fraction such as "8/255".',
  ],
  'an epsilon of the wrong type': [
    { epsilon: true },
    '7 › epsilon: true is not valid: enter a number greater than 0 or a fraction such as "8/255".',
  ],
  'one wrong epsilon of several': [
    { epsilon: ['2/255', '0/255'] },
    '7 › epsilon[1]: "0/255" must be greater than 0. Enter a number greater than 0 or a fraction such as "8/255".',
  ],
  'an epsilon in gray levels': [
    { epsilon: 8 },
    '7 › epsilon: 8 exceeds the whole pixel range, [0, 1]. For 8 gray levels, enter "8/255".',
  ],
  'a fraction above 1': [
    { epsilon: '300/255' },
    '7 › epsilon: "300/255" exceeds the whole pixel range, [0, 1]. Enter 1 or less, such as "8/255".',
  ],
  'an epsilon that no image is worth': [
    { norm: 'l2', epsilon: 1e300 },
    '8 › epsilon: 1e+300 is farther than any two images are apart. Enter a smaller number.',
  ],
  'an epsilon below one gray level': [
    { epsilon: '0.5/255' },
    '7 › epsilon: "0.5/255" is less than one gray level (1/255), so no image file could change. Raise it to "1/255" or more, or set "quantize" to false.',
  ],
  'an epsilon below one pixel': [
    { attack: 'pixels', epsilon: '8/255' },
    '8 › epsilon: In l0, epsilon is a number of pixels, and "8/255" is less than one. Enter 1 or more.',
  ],
  'no epsilon for an attack within a budget': [
    { epsilon: missing },
    '6 › epsilon: "epsilon" is missing. Maximum perturbation of the model’s input image, after resizing, where pixels range from 0 to 1 (`l0`: a number of pixels): a number or a fraction such as `"8/255"`, which is 8 gray levels. A list produces the security curve.',
  ],
  'an epsilon for an attack that minimizes the norm': [
    { attack: 'minimal' },
    '10 › epsilon: Minimal attack finds the smallest perturbation and does not use an epsilon: remove "epsilon".',
  ],

  'a target for an attack that cannot aim': [
    { attack: 'minimal', epsilon: missing, target: 'stop' },
    '8 › target: Minimal attack does not support targets: remove "target".',
  ],
  'robust accuracy with a target': [
    { target: 'stop' },
    '12 › expect › robustAccuracy: Robust accuracy is not defined for a test with a "target": use "successRate" instead or remove "target".',
  ],
  'an empty target': [
    { target: '' },
    '7 › target: "" is not valid: enter a class name in quotes, "random", or "least-likely".',
  ],
  'clean accuracy of predictions': [
    { dataset: 'loose', expect: { cleanAccuracy: 0.9 } },
    '8 › expect › cleanAccuracy: The labels of this dataset are the model’s own predictions, so clean accuracy would always be 1. Remove "cleanAccuracy" or add labels to the dataset.',
  ],

  'no expectation': [
    { expect: missing },
    '6 › expect: "expect" is missing. Conditions for the test to pass, such as `{ "robustAccuracy": 0.4 }`.',
  ],
  'an empty expectation': [
    { expect: {} },
    '7 › expect: {} is not valid: enter at least one of cleanAccuracy, robustAccuracy, successRate, medianDistance, as in { "robustAccuracy": 0.4 }.',
  ],
  'an unknown metric': [
    { expect: { robustAcuracy: 0.4 } },
    '7 › expect › robustAcuracy: There is no setting "robustAcuracy" here. Did you mean "robustAccuracy"?',
  ],
  'a percentage': [
    { expect: { robustAccuracy: 40 } },
    '7 › expect › robustAccuracy: 40 is not valid: enter a fraction from 0 to 1, such as 0.4 for 40%.',
  ],
  'a negative distance': [
    { attack: 'minimal', epsilon: missing, expect: { medianDistance: -1 } },
    '8 › expect › medianDistance: -1 is not valid: enter a number that is 0 or greater.',
  ],
  'the nearest examples of an attack that does not look for them': [
    { expect: { medianDistance: 0.1 } },
    '7 › expect › medianDistance: FGSM stops at the first success within its epsilon, which is not the nearest: use "robustAccuracy" or "successRate", or an attack that minimizes the norm, such as DeepFool.',
  ],
  'a confidence that there is no table for': [
    { expect: { robustAccuracy: 0.4, confidence: 0.97 } },
    '7 › expect › confidence: 0.97 is not valid: enter 0.8, 0.9, 0.95, or 0.99.',
  ],
  'a confidence in nothing': [
    { expect: { confidence: 0.95 } },
    '7 › expect: There is a confidence, but no condition: add one, such as "robustAccuracy".',
  ],
  'no eligible image': [{ minimumEligible: 0 }, '7 › minimumEligible: 0 is not valid: it must be at least 1.'],
  'fewer bounds than epsilons': [
    { epsilon: ['2/255', '4/255', '8/255'], expect: { robustAccuracy: [0.6, 0.5] } },
    '8 › expect › robustAccuracy: There are 2 bounds for 3 epsilons. Enter one bound for each epsilon, or a single number for all.',
  ],
  'several bounds for an attack without epsilon': [
    { attack: 'minimal', epsilon: missing, expect: { medianDistance: [1, 2] } },
    '8 › expect › medianDistance: There are 2 bounds, but Minimal attack runs only once. Enter a single number.',
  ],

  'an unknown detector': [
    { detector: 'net', attacker: 'adaptive' },
    '7 › detector: There is no "net" in "perturb.detectors". Nothing is defined there yet. Add it.',
  ],
  'a detector without an attacker': [
    { detector: 'net' },
    '6 › attacker: "attacker" is missing but required by "detector". What the attacker knows about the detector or the purifier: `unaware` or `adaptive`. The report includes results for both.',
    '7 › detector: There is no "net" in "perturb.detectors". Nothing is defined there yet. Add it.',
  ],
  'an attacker without a detector': [
    { attacker: 'unaware' },
    '7 › attacker: An attacker is one who knows of a detector or a purifier, or does not: name one, or remove "attacker".',
  ],
  'a word for the audit': [{ audit: 'yes' }, '7 › audit: "yes" is not valid: enter true, false, or "strict".'],

  'an unknown attack in a list': [
    { attack: ['fgsm', 'fgsn'] },
    '7 › attack[1]: "fgsn" is not valid. Did you mean "fgsm"?',
  ],
  'an empty list of attacks': [{ attack: [] }, '7 › attack: Enter at least one attack.'],
  'no attack in a list': [
    { attack: ['fgsm', { parameters: {} }, 5] },
    '7 › attack[1] › attack: "attack" is missing.',
    '7 › attack[2]: 5 is not valid. Valid values: fgsm,ifgsm,minimal.',
  ],
  'parameters of a list': [
    { attack: ['fgsm', { attack: 'ifgsm', parameters: { steps: 0 } }] },
    '7 › attack[1] › parameters › steps: 0 is not valid: it must be at least 1.',
  ],
  'an amount without a value in a list': [
    { attack: [{ attack: 'ifgsm', parameters: { stepSize: '1/0' } }] },
    '7 › attack[0] › parameters › stepSize: "1/0" divides by zero.',
  ],
  'parameters beside a list': [
    { attack: ['fgsm', 'ifgsm'], parameters: { steps: 3 } },
    '8 › parameters: Each attack of a list has its own parameters: move them there, as in { "attack": "pgd", "parameters": { "steps": 50 } }.',
  ],
  'a norm that an attack of a list does not know': [
    { attack: ['fgsm', 'minimal'], norm: 'linf' },
    '8 › norm: "linf" is not valid: enter the norm that Ensemble (FGSM, Minimal attack) supports: l2.',
  ],
  'a target that an attack of a list does not know': [
    { attack: ['fgsm', 'minimal'], target: 'stop', expect: { successRate: 0 } },
    '8 › target: Ensemble (FGSM, Minimal attack) does not support targets: remove "target".',
  ],
  'a list of attacks without a budget': [
    { attack: ['fgsm', 'pixels'] },
    '7 › attack[1]: Pixel attack works in l0 only, where a list has no budget. Make it a test of its own.',
  ],

  'an unknown preset': [{ preset: 'papr' }, '7 › preset: "papr" is not valid. Did you mean "paper"?'],
  'a negative seed': [{ seed: -1 }, '7 › seed: -1 is not valid: it must be at least 0.'],
  'a word for a truth value': [{ quantize: 'no' }, '7 › quantize: "no" is not valid: enter true or false.'],
  'classes without a list': [
    { classes: 'stop' },
    '7 › classes: "stop" is not valid: enter a list of different class names, such as ["stop"].',
  ],
  'several mistakes at once': [
    { model: 'sings', norm: 'l7', expect: { robustAccuracy: 2 } },
    '8 › norm: "l7" is not valid: enter one of the norms that FGSM supports: linf, l2.',
    '9 › expect › robustAccuracy: 2 is not valid: enter a fraction from 0 to 1, such as 0.4 for 40%.',
    '7 › model: There is no "sings" in "perturb.models". Did you mean "signs"?',
  ],
};

describe('a mistake in a test', () => {
  afterEach(removeFiles);

  for (const [what, [changes, ...expected]] of Object.entries(mistakes)) {
    it(`is explained once and leaves other tests alone: ${what}`, async () => {
      const { lines, plans, problems } = await resolveText(beside(changes));
      assert.deepEqual(
        lines,
        expected.map((line) => line.replace(/^(\d+)/, '.vscode/settings.json:$1 perturb.tests › Other')),
      );
      assert.deepEqual(
        plans.map(({ id }) => id),
        ['signs › Sound'],
      );
      for (const { test } of problems) assert.match(test ?? '', /^((signs|sings) › )?Other$/);
    });
  }

  it('is explained where a value is nested deeper than any setting, and leaves other tests alone', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const one = JSON.stringify(sound);
    const { lines, plans } = await resolveText(
      withTests(`{\n"A": ${deep},\n"B": ${one.replace('"8/255"', deep)},\n"C": ${one}}`),
    );
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? '', /settings\.json:5 perturb\.tests › A: .*nested to.* is not valid: enter an object/);
    assert.match(lines[1] ?? '', /settings\.json:6 perturb\.tests › B › epsilon\[0\]: .* is not valid/);
    assert.deepEqual(
      plans.map(({ name }) => name),
      ['C'],
    );
  });

  it('is explained where a number is infinite', async () => {
    const test = JSON.stringify({ ...sound, attack: 'ifgsm', parameters: { steps: 1 } });
    const { lines } = await resolveText(withTests(`{\n"T": ${test.replace('"steps":1', '"steps":1e309')}}`));
    assert.deepEqual(lines, [
      '.vscode/settings.json:5 perturb.tests › T › parameters › steps: Infinity is not valid: enter a whole number.',
    ]);
  });

  it('is explained where the test is no object', async () => {
    const { lines } = await resolveText(withTests('{ "T": 5 }'));
    assert.deepEqual(lines, ['.vscode/settings.json:4 perturb.tests › T: 5 is not valid: enter an object { … }.']);
  });

  it('is explained where a test or a key is defined twice', async () => {
    const one = JSON.stringify(sound);
    const { lines, plans } = await resolveText(
      withTests(`{\n"T": ${one},\n"T": ${one},\n"U": ${one.replace('{', '{ "attack": "fgsm", ')},\n"V": ${one} }`),
    );
    assert.deepEqual(lines, [
      '.vscode/settings.json:6 perturb.tests › T: "T" is defined twice, and the first definition would be ignored. Rename or remove one.',
      '.vscode/settings.json:7 perturb.tests › U › attack: "attack" is defined twice, and the first definition would be ignored. Rename or remove one.',
    ]);
    assert.deepEqual(
      plans.map(({ name }) => name),
      ['V'],
    );
  });

  it('has the column of the key', async () => {
    const { problems } = await resolveText(beside({ epsilon: 0 }));
    assert.deepEqual([problems[0]?.line, problems[0]?.column], [7, 7]);
  });

  it('in one model of several costs that model alone', async () => {
    const { plans, problems } = await resolveText(beside({ model: ['signs', 'sing'] }));
    assert.deepEqual(
      plans.map(({ id }) => id),
      ['signs › Sound', 'signs › Other'],
    );
    assert.deepEqual(
      problems.map(({ setting, test }) => [setting, test]),
      [['perturb.tests › Other › model[1]', 'sing › Other']],
    );
  });
});
