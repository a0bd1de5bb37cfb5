import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import type { Attacks } from './attackChoice.ts';
import { readAttackList } from './attackList.ts';
import { anyTestSchema, testSchemaOf, testSchemaOfList } from './attackSchema.ts';
import { checkNamed, named } from './checkNamed.ts';
import { epsilonFaults } from './epsilonFaults.ts';
import { memoize } from './memoize.ts';
import { type Fault, isObject, soundPart } from './problem.ts';
import { structuralFaults } from './structure.ts';
import { type TestSettings, testBase } from './testBase.ts';

const schemas = { one: memoize(testSchemaOf), any: memoize(anyTestSchema) };

/** What is wrong with a test on its own, before anyone looks at its models and its dataset. */
export function checkTest(value: unknown, attacks: Attacks): Fault[] {
  const settings = isObject(value) ? value : {};
  const { attack, faults } = Array.isArray(settings.attack)
    ? checkListed(settings, settings.attack, attacks)
    : {
        attack: named(settings.attack, attacks),
        faults: checkNamed(value, attacks, { owner: 'attack', key: 'attack', outerKeys: testBase.properties, schemas }),
      };
  const sound = soundPart<TestSettings>(value, faults);
  const { epsilon, expect } = sound;
  // If the norm or the grid is invalid, the limits are unknown.
  const norm = 'norm' in settings ? sound.norm : attack?.norms[0];
  const quantize = 'quantize' in settings ? sound.quantize : true;
  if (epsilon !== undefined) faults.push(...epsilonFaults(epsilon, norm, quantize));
  faults.push(...surrogateFaults(sound));
  faults.push(...purifierFaults(settings));
  if (attack?.threatModel === 'semi-white-box' && sound.audit) {
    const message = `An audit asks whether a stronger attacker would find more, which is certain of ${attack.title}: it makes one attempt. Remove "audit".`;
    faults.push({ path: ['audit'], message });
  }
  if (attack && expect) faults.push(...boundFaults(attack, expect, settings.epsilon));
  return faults;
}

/** What does not go with a purifier, or makes sense only with it or with a detector. */
function purifierFaults(settings: Readonly<Record<string, unknown>>): Fault[] {
  const { purifier, detector, surrogate, attacker } = settings;
  if (purifier === undefined) {
    const message =
      'An attacker is one who knows of a detector or a purifier, or does not: name one, or remove "attacker".';
    return attacker !== undefined && detector === undefined ? [{ path: ['attacker'], message }] : [];
  }
  const other = detector !== undefined ? 'detector' : surrogate !== undefined ? 'surrogate' : undefined;
  if (other === undefined) return [];
  return [{ path: ['purifier'], message: `A test has a purifier or a ${other}, not both: remove one of the two.` }];
}

/** What does not go with a surrogate. */
function surrogateFaults({ surrogate, detector, audit }: Partial<TestSettings>): Fault[] {
  if (surrogate === undefined) return [];
  return [
    ...(detector === undefined
      ? []
      : [
          {
            path: ['surrogate'],
            message: 'A test with a detector attacks the model directly: remove "surrogate" or "detector".',
          },
        ]),
    ...(audit === undefined || audit === false
      ? []
      : [
          {
            path: ['audit'],
            message:
              'An audit asks whether a stronger attacker would find more, which is certain of an attack on a surrogate: the report shows the white-box result beside it. Remove "audit".',
          },
        ]),
  ];
}

/** The attack that a list makes, and what is wrong with it or with what is beside it. */
function checkListed(
  settings: Readonly<Record<string, unknown>>,
  list: readonly unknown[],
  attacks: Attacks,
): { attack: AttackDefinition | undefined; faults: Fault[] } {
  const { definition: attack, faults } = readAttackList(list, attacks);
  const structural = structuralFaults(attack ? testSchemaOfList(attack) : testBase, settings);
  return { attack, faults: [...faults, ...structural] };
}

/** Lists of bounds that are not as long as the list of epsilons. */
function boundFaults(
  { title, fixedBudget }: AttackDefinition,
  expect: NonNullable<TestSettings['expect']>,
  epsilon: unknown,
): Fault[] {
  const budgets = Array.isArray(epsilon) ? epsilon.length : 1;
  const { confidence, ...metrics } = expect;
  if (confidence !== undefined && Object.keys(metrics).length === 0) {
    return [
      { path: ['expect'], message: 'There is a confidence, but no condition: add one, such as "robustAccuracy".' },
    ];
  }
  return Object.entries(metrics).flatMap(([metric, bounds]) => {
    if (!Array.isArray(bounds) || bounds.length === budgets) return [];
    const found = `There ${bounds.length === 1 ? 'is 1 bound' : `are ${bounds.length} bounds`}`;
    const message = fixedBudget
      ? `${found} for ${budgets === 1 ? '1 epsilon' : `${budgets} epsilons`}. Enter one bound for each epsilon, or a single number for all.`
      : `${found}, but ${title} runs only once. Enter a single number.`;
    return [{ path: ['expect', metric], message }];
  });
}
