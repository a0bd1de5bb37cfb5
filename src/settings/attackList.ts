import { type AttackDefinition, needsOtherNetwork } from '../attacks/attackDefinition.ts';
import { ensemble } from '../attacks/ensemble.ts';
import type { Member } from '../attacks/member.ts';
import { parametersSchema } from '../parameters/schema.ts';
import { type Attacks, attackChoice, ruleWhere } from './attackChoice.ts';
import { checkNamed, named } from './checkNamed.ts';
import { memoize } from './memoize.ts';
import { type Fault, isObject } from './problem.ts';

/** An attack of a list as settings spell it: its name, or an object with parameters of its own. */
export type ListedAttack =
  | string
  | { readonly attack: string; readonly parameters?: Readonly<Record<string, unknown>> };

/** The attacks that a list can name: those that fool a model about images. */
export function listable(attacks: Attacks): Attacks {
  return new Map(
    [...attacks].filter(
      ([, attack]) =>
        attack.kind === 'attack' &&
        !needsOtherNetwork(attack) &&
        ensemble.norms.some((norm) => attack.norms.includes(norm)),
    ),
  );
}

/** The attacks of a list, each with its parameters. */
export function membersOf(list: readonly ListedAttack[]): Member[] {
  return list.map((entry) =>
    typeof entry === 'string'
      ? { attack: entry, parameters: {} }
      : { attack: entry.attack, parameters: entry.parameters ?? {} },
  );
}

/** An attack of a list, for VS Code. */
export function listedAttackSchema(attacks: Attacks) {
  const choice = attackChoice([...listable(attacks).values()]);
  return {
    type: ['string', 'object'],
    anyOf: [choice, { type: 'object' }],
    properties: { attack: choice, parameters: { type: 'object' } },
    required: ['attack'],
    additionalProperties: false,
    allOf: [...listable(attacks).values()].map(({ id, parameters }) =>
      ruleWhere({ attack: id }, { properties: { parameters: parametersSchema(parameters) } }),
    ),
    errorMessage:
      'Enter the name of an attack, or an object such as { "attack": "pgd", "parameters": { "steps": 50 } }.',
  };
}

/** What a list of attacks can do together: missing where it has mistakes. */
export interface ReadList {
  readonly definition?: AttackDefinition;
  readonly faults: readonly Fault[];
}

/** The ensemble that a list makes, or what is wrong with it. @param list value of the setting `attack` */
export function readAttackList(list: readonly unknown[], attacks: Attacks): ReadList {
  const path = ['attack'];
  if (list.length === 0) return { faults: [{ path, message: 'Enter at least one attack.' }] };
  const among = listable(attacks);
  const faults = list.flatMap((entry, index) =>
    entryFaults(entry, attacks, among).map((fault) => ({ ...fault, path: [...path, index, ...fault.path] })),
  );
  if (faults.length > 0) return { faults };
  const members = membersOf(list as ListedAttack[]).map(({ attack }) => attacks.get(attack) as AttackDefinition);
  const norms = ensemble.norms.filter((norm) => members.every((member) => member.norms.includes(norm)));
  const goals = ensemble.goals.filter((goal) => members.every((member) => member.goals.includes(goal)));
  const [first, ...others] = norms;
  const titles = members.map(({ title }) => title).join(', ');
  if (first === undefined) {
    const each = members.map((member) => `${member.title} (${member.norms.join(', ')})`).join(', ');
    return { faults: [{ path, message: `These attacks have no norm in common: ${each}. Make them separate tests.` }] };
  }
  const title = `${ensemble.title} (${titles})`;
  const definition = { ...ensemble, title, norms: [first, ...others], goals };
  return { definition: definition as unknown as AttackDefinition, faults };
}

/** @param among the attacks that a list can name. */
function entryFaults(entry: unknown, attacks: Attacks, among: Attacks): Fault[] {
  const attack = named(isObject(entry) ? entry.attack : entry, attacks);
  if (attack && !among.has(attack.id)) {
    const message = `${whyNotListed(attack)}. Make it a test of its own.`;
    return [{ path: isObject(entry) ? ['attack'] : [], message }];
  }
  const asObject = isObject(entry) ? entry : { attack: entry };
  const faults = checkNamed(asObject, among, {
    owner: 'attack',
    key: 'attack',
    outerKeys: { attack: {}, parameters: {} },
    schemas: entrySchemas,
  });
  return isObject(entry) ? faults : faults.map((fault) => ({ ...fault, path: [] }));
}

function whyNotListed({ title, kind, norms, threatModel }: AttackDefinition): string {
  if (threatModel === 'semi-white-box') return `${title} needs a generator, so it cannot be part of a list`;
  if (threatModel === 'transfer') return `${title} runs to its end on a surrogate, so it cannot be part of a list`;
  return kind === 'attack'
    ? `${title} works in ${norms.join(', ')} only, where a list has no budget`
    : `${title} fools no model, so it cannot be part of a list`;
}

const entrySchemas = {
  one: memoize(({ parameters }: AttackDefinition) => entrySchema({ parameters: parametersSchema(parameters) })),
  any: memoize((among: Attacks) => entrySchema({ attack: attackChoice([...among.values()]) })),
};

function entrySchema(properties: object) {
  return {
    type: 'object',
    properties: { attack: { type: 'string' }, parameters: { type: 'object' }, ...properties },
    required: ['attack'],
    additionalProperties: false,
  };
}
