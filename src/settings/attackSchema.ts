import { amountSchema } from '../attacks/amount.ts';
import type { AttackDefinition } from '../attacks/definition.ts';
import { amountError, testBase } from './schema.ts';

/** The attacks that settings can name, by id. */
export type Attacks = ReadonlyMap<string, AttackDefinition>;

/** A value of `perturb.tests`, for VS Code: what holds for each attack applies once the test names that attack. */
export function testSchema(attacks: Attacks) {
  return {
    ...anyTestSchema(attacks),
    allOf: [...attacks.values()].map((attack) => ({
      if: { properties: { attack: { const: attack.id } }, required: ['attack'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: attackRules(attack),
    })),
  };
}

/** What holds for a test whichever attack it names. */
export function anyTestSchema(attacks: Attacks) {
  const definitions = [...attacks.values()];
  const attack = {
    ...testBase.properties.attack,
    enum: definitions.map(({ id }) => id),
    markdownEnumDescriptions: definitions.map(
      ({ title, description, threatModel, source }) => `**${title}** (${threatModel}). ${description}\n\n${source}`,
    ),
  };
  return { ...testBase, properties: { ...testBase.properties, attack } };
}

/** What holds for a test that names this attack, in one piece: no conditions, so a mistake gives a single error. */
export function testSchemaOf(attack: AttackDefinition) {
  const rules = attackRules(attack);
  return {
    ...testBase,
    ...rules,
    properties: { ...testBase.properties, ...rules.properties },
    required: [...testBase.required, ...rules.required],
  };
}

/** What an attack demands beyond what holds for every test. */
function attackRules({ title, kind, norms, goals, fixedBudget, parameters }: AttackDefinition) {
  return {
    properties: {
      norm: {
        enum: norms,
        default: norms[0],
        errorMessage: `${title} knows ${norms.length === 1 ? 'only the norm' : 'the norms'} ${norms.join(', ')}.`,
      },
      parameters: {
        type: 'object',
        properties: Object.fromEntries(Object.entries(parameters).map(([name, one]) => [name, parameterSchema(one)])),
        additionalProperties: false,
      },
      ...(!goals.includes('targeted') && { target: refused(`${title} cannot aim at a class: remove "target".`) }),
      ...(kind === 'explanation' && {
        expect: refused(`${title} explains the model and measures nothing that could be expected: remove "expect".`),
      }),
      ...(kind === 'forge' && {
        expect: {
          properties: {
            cleanAccuracy: refused(
              `${title} makes images that have no right class: expect a "successRate" instead of a "cleanAccuracy".`,
            ),
          },
        },
      }),
      ...(!fixedBudget && {
        epsilon: refused(`${title} looks for the smallest perturbation and takes no epsilon: remove "epsilon".`),
      }),
    },
    required: [
      ...(kind === 'forge' ? [] : ['dataset']),
      ...(fixedBudget ? ['epsilon'] : []),
      ...(goals.includes('untargeted') ? [] : ['target']),
      ...(kind === 'explanation' ? [] : ['expect']),
    ],
    ...(goals.includes('targeted') && untargetedMetrics),
  };
}

/** Robust accuracy asks for the right class, while a targeted attack only tries for one wrong class. */
const untargetedMetrics = {
  if: { required: ['target'], properties: { target: { type: 'string', minLength: 1 } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {
    properties: {
      expect: {
        properties: {
          robustAccuracy: refused(
            'Robust accuracy is not defined for a test with a "target": expect a "successRate" instead, or remove "target".',
          ),
        },
      },
    },
  },
};

function refused(errorMessage: string) {
  return { not: {}, errorMessage };
}

function parameterSchema({ description, schema, quick, paper }: AttackDefinition['parameters'][string]) {
  const defaults = [`Default: ${quick.text} (${quick.source}).`];
  if (paper) defaults.push(`With the preset \`paper\`: ${paper.text} (${paper.source}).`);
  return {
    ...schema,
    ...(schema === amountSchema && { errorMessage: amountError }),
    markdownDescription: [description, ...defaults].join('\n\n'),
  };
}
