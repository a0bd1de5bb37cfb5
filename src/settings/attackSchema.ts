import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { ensemble } from '../attacks/ensemble.ts';
import { kinds } from '../attacks/kind.ts';
import type { AnyParameter } from '../parameters/parameter.ts';
import { parametersSchema } from '../parameters/schema.ts';
import { type Attacks, attackChoice, ruleWhere } from './attackChoice.ts';
import { listedAttackSchema } from './attackList.ts';
import { testBase } from './testBase.ts';

/** A value of `perturb.tests`, for VS Code: what holds for each attack applies once the test names that attack. */
export function testSchema(attacks: Attacks) {
  const { attack, ...others } = testBase.properties;
  const names = attackChoice([...attacks.values()]);
  const list = { type: 'array', items: listedAttackSchema(attacks), minItems: 1 };
  return {
    ...testBase,
    properties: { ...others, attack: { ...attack, anyOf: [{ type: 'string', ...names }, list] } },
    allOf: [
      ...[...attacks.values()].map((attack) => ruleWhere({ attack: attack.id }, attackRules(attack))),
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      { if: { properties: { attack: { type: 'array' } }, required: ['attack'] }, then: listRules(ensemble as never) },
    ],
  };
}

/** What holds for a test whichever attack it names. */
export function anyTestSchema(attacks: Attacks) {
  const attack = { ...testBase.properties.attack, ...attackChoice([...attacks.values()]) };
  return { ...testBase, properties: { ...testBase.properties, attack } };
}

/** What holds for a test that names this attack, in one piece: no conditions, so a mistake gives a single error. */
export function testSchemaOf(attack: AttackDefinition) {
  const rules = attackRules(attack);
  const { expect } = testBase.properties;
  const metrics = kinds[attack.kind].isMeasured && {
    expect: { ...expect, properties: { ...expect.properties, ...metricRules(attack) } },
  };
  return {
    ...testBase,
    ...rules,
    properties: { ...testBase.properties, ...rules.properties, ...metrics },
    required: [...testBase.required, ...rules.required],
  };
}

/** What holds for a test that names this list of attacks, in one piece. @param attacks the ensemble that they make */
export function testSchemaOfList(attacks: AttackDefinition) {
  const rules = listRules(attacks);
  const schema = testSchemaOf(attacks);
  return { ...schema, properties: { ...schema.properties, ...rules.properties } };
}

function listRules(attacks: AttackDefinition) {
  const rules = attackRules(attacks);
  const parameters = refused(
    'Each attack of a list has its own parameters: move them there, as in { "attack": "pgd", "parameters": { "steps": 50 } }.',
  );
  return { ...rules, properties: { ...rules.properties, parameters } };
}

/** What an attack demands beyond what holds for every test. */
function attackRules(attack: AttackDefinition) {
  const { title, goals, fixedBudget } = attack;
  const { isMeasured, isAdversarial, needsImages } = kinds[attack.kind];
  return {
    properties: {
      ...budgetRules(attack),
      ...(!goals.includes('targeted') && { target: refused(`${title} does not support targets: remove "target".`) }),
      ...(!isMeasured && {
        expect: refused(`${title} explains the model and does not measure robustness: remove "expect".`),
      }),
      ...(isMeasured && { expect: { properties: metricRules(attack) } }),
      ...surrogateRule(attack),
      ...(!isAdversarial && {
        detector: refused(`${title} creates nothing for a detector to reject: remove "detector".`),
        attacker: refused(`${title} creates nothing for a detector to reject: remove "attacker".`),
        purifier: refused(`${title} creates nothing to purify: remove "purifier".`),
      }),
    },
    required: [
      ...(needsImages ? ['dataset'] : []),
      ...(fixedBudget ? ['epsilon'] : []),
      ...(attack.threatModel === 'transfer' ? ['surrogate'] : []),
      ...(Object.values<AnyParameter>(attack.parameters).some(({ isRequired }) => isRequired) ? ['parameters'] : []),
      ...(goals.includes('untargeted') ? [] : ['target']),
      ...(isMeasured ? ['expect'] : []),
    ],
    ...(!isAdversarial && { dependencies: {} }),
    ...(goals.includes('targeted') && untargetedMetrics),
  };
}

/** Examples of another model need its gradients, and something to be fooled. */
function surrogateRule({ title, kind, threatModel }: AttackDefinition) {
  if (!kinds[kind].isAdversarial) {
    return {
      surrogate: refused(`${title} creates no adversarial examples that could carry over: remove "surrogate".`),
    };
  }
  if (threatModel === 'white-box' || threatModel === 'transfer') return {};
  if (threatModel === 'semi-white-box') {
    return {
      surrogate: refused(`${title} follows gradients only while its generator is trained: name the surrogate there.`),
    };
  }
  return {
    surrogate: refused(`${title} asks the model itself and follows no gradients: remove "surrogate".`),
  };
}

/** The metrics that say nothing about what an attack makes. */
function metricRules({ title, kind, fixedBudget }: AttackDefinition) {
  return {
    ...(!kinds[kind].hasTrueLabel && {
      cleanAccuracy: refused(
        `${title} creates images that have no correct class: use "successRate" instead of "cleanAccuracy".`,
      ),
    }),
    ...(fixedBudget && {
      medianDistance: refused(
        `${title} stops at the first success within its epsilon, which is not the nearest: use "robustAccuracy" or "successRate", or an attack that minimizes the norm, such as DeepFool.`,
      ),
    }),
  };
}

/** The norms and parameters of an attack, and whether it takes an epsilon. */
export function budgetRules({ title, norms, fixedBudget, parameters }: AttackDefinition) {
  return {
    norm: {
      enum: norms,
      default: norms[0],
      errorMessage: `Enter ${norms.length === 1 ? 'the norm' : 'one of the norms'} that ${title} supports: ${norms.join(', ')}.`,
    },
    parameters: parametersSchema(parameters),
    ...(!fixedBudget && {
      epsilon: refused(`${title} finds the smallest perturbation and does not use an epsilon: remove "epsilon".`),
    }),
  };
}

/** Robust accuracy is about the correct class, while a targeted attack aims for one wrong class only. */
const untargetedMetrics = {
  if: { required: ['target'], properties: { target: { type: 'string', minLength: 1 } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {
    properties: {
      expect: {
        properties: {
          robustAccuracy: refused(
            'Robust accuracy is not defined for a test with a "target": use "successRate" instead or remove "target".',
          ),
        },
      },
    },
  },
};

function refused(errorMessage: string) {
  return { not: {}, errorMessage };
}
