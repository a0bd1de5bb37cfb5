import type { JSONPath } from 'jsonc-parser';
import type { Attacks } from './attackChoice.ts';
import { checkNamed, named } from './checkNamed.ts';
import { epsilonFaults } from './epsilonFaults.ts';
import { memoize } from './memoize.ts';
import { type Fault, isObject, soundPart } from './problem.ts';
import {
  anyDefenseSchema,
  anyDetectorSchema,
  anyGeneratorSchema,
  anySurrogateSchema,
  anyTrainingAttackSchema,
  type Defenses,
  type DetectorSettings,
  type Detectors,
  defenseBase,
  defenseSchemaOf,
  detectorBase,
  detectorSchemaOf,
  type Generators,
  generatorBase,
  generatorSchemaOf,
  type Surrogates,
  surrogateBase,
  surrogateSchemaOf,
  type TrainingAttackSettings,
  trainingAttackBase,
  trainingAttackSchemaOf,
  trainingAttacks,
} from './trainingSchema.ts';

const detectorSchemas = { one: memoize(detectorSchemaOf), any: memoize(anyDetectorSchema) };
const defenseSchemas = { one: memoize(defenseSchemaOf), any: memoize(anyDefenseSchema) };
const surrogateSchemas = { one: memoize(surrogateSchemaOf), any: memoize(anySurrogateSchema) };
const generatorSchemas = { one: memoize(generatorSchemaOf), any: memoize(anyGeneratorSchema) };
const attackSchemas = { one: memoize(trainingAttackSchemaOf), any: memoize(anyTrainingAttackSchema) };

/** What is wrong with a detector on its own, before anyone looks at its model and its dataset. */
export function checkDetector(value: unknown, detectors: Detectors, attacks: Attacks): Fault[] {
  const outerKeys = detectorBase.properties;
  const faults = checkNamed(value, detectors, { owner: 'detector', key: 'kind', outerKeys, schemas: detectorSchemas });
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
  const outerKeys = defenseBase.properties;
  return checkNamed(value, defenses, { owner: 'defense', key: 'kind', outerKeys, schemas: defenseSchemas });
}

/** What is wrong with a surrogate on its own. */
export function checkSurrogate(value: unknown, surrogates: Surrogates): Fault[] {
  const outerKeys = surrogateBase.properties;
  return checkNamed(value, surrogates, { owner: 'surrogate', key: 'kind', outerKeys, schemas: surrogateSchemas });
}

/** What is wrong with a generator on its own. */
export function checkGenerator(value: unknown, generators: Generators): Fault[] {
  const outerKeys = generatorBase.properties;
  return checkNamed(value, generators, { owner: 'generator', key: 'kind', outerKeys, schemas: generatorSchemas });
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
