import type { AttackDefinition } from '../attacks/attackDefinition.ts';

/** The attacks that settings can name, by id. */
export type Attacks = ReadonlyMap<string, AttackDefinition>;

/** The ids of attacks, with a description of each. */
export function attackChoice(attacks: readonly AttackDefinition[]) {
  return {
    enum: attacks.map(({ id }) => id),
    markdownEnumDescriptions: attacks.map(
      ({ title, description, threatModel, source }) => `**${title}** (${threatModel}). ${description}\n\n${source}`,
    ),
  };
}

/** What holds where a key has a value. */
export function ruleWhere<Rule extends object>(condition: Readonly<Record<string, string>>, rule: Rule) {
  const properties = Object.entries(condition).map(([key, value]) => [key, { const: value }]);
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: { properties: Object.fromEntries(properties), required: Object.keys(condition) }, then: rule };
}
