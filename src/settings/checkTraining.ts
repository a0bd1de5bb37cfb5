import type { JSONPath } from 'jsonc-parser';
import type { Attacks } from './attackChoice.ts';
import { checkNamed, type NamedRules, named } from './checkNamed.ts';
import { epsilonFaults } from './epsilonFaults.ts';
import { memoize } from './memoize.ts';
import { type Fault, isObject, soundPart } from './problem.ts';
import {
  anyTrainingAttackSchema,
  type Defenses,
  type Described,
  type DetectorSettings,
  type Detectors,
  defenseBase,
  detectorBase,
  type Generators,
  generatorBase,
  type Surrogates,
  surrogateBase,
  type TrainingAttackSettings,
  trainingAttackBase,
  trainingAttackSchemaOf,
  trainingAttacks,
  withKinds,
  withParameters,
} from './trainingSchema.ts';

/** The rules for entries that name their kind. */
function rulesFor(owner: string, base: { readonly properties: object }): NamedRules<Described> {
  return {
    owner,
    key: 'kind',
    outerKeys: base.properties,
    schemas: {
      one: memoize((definition: Described) => withParameters(base, definition)),
      any: memoize((definitions: ReadonlyMap<string, Described>) => withKinds(base, definitions)),
    },
  };
}

const detectorRules = rulesFor('detector', detectorBase);
const defenseRules = rulesFor('defense', defenseBase);
const surrogateRules = rulesFor('surrogate', surrogateBase);
const generatorRules = rulesFor('generator', generatorBase);
const attackSchemas = { one: memoize(trainingAttackSchemaOf), any: memoize(anyTrainingAttackSchema) };

/** What is wrong with a detector on its own, before anyone looks at its model and its dataset. */
export function checkDetector(value: unknown, detectors: Detectors, attacks: Attacks): Fault[] {
  const faults = checkNamed(value, detectors, detectorRules);
  const sound = soundPart<DetectorSettings>(value, faults);
  for (const key of ['attacks', 'heldOut'] as const) {
    for (const [index, attack] of (sound[key] ?? []).entries()) {
      const found = checkTrainingAttack(attack, attacks);
      faults.push(...found.map((fault) => ({ ...fault, path: [key, index, ...fault.path] })));
    }
  }
  return faults;
}

/** What is wrong with a training defense on its own. */
export function checkDefense(value: unknown, defenses: Defenses): Fault[] {
  return checkNamed(value, defenses, defenseRules);
}

/** What is wrong with a surrogate on its own. */
export function checkSurrogate(value: unknown, surrogates: Surrogates): Fault[] {
  return checkNamed(value, surrogates, surrogateRules);
}

/** What is wrong with a generator on its own. */
export function checkGenerator(value: unknown, generators: Generators): Fault[] {
  return checkNamed(value, generators, generatorRules);
}

function checkTrainingAttack(value: unknown, attacks: Attacks): Fault[] {
  const known = new Map(trainingAttacks(attacks).map((attack) => [attack.id, attack]));
  const attack = isObject(value) ? named(value.attack, attacks) : undefined;
  if (attack && !known.has(attack.id)) {
    const path: JSONPath = ['attack'];
    return [
      {
        path,
        message: `${attack.title} creates no training examples. Use one of these attacks: ${[...known.keys()].join(', ')}.`,
        meant: [...known.keys()],
      },
    ];
  }
  const outerKeys = trainingAttackBase.properties;
  const faults = checkNamed(value, attacks, { owner: 'attack', key: 'attack', outerKeys, schemas: attackSchemas });
  const sound = soundPart<TrainingAttackSettings>(value, faults);
  const norm = isObject(value) && 'norm' in value ? sound.norm : attack?.norms[0];
  // Training examples lie on the 256 gray levels, as in image files.
  if (sound.epsilon !== undefined) faults.push(...epsilonFaults(sound.epsilon, norm, true));
  return faults;
}
