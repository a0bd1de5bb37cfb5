import { catalog } from '../attacks/catalog.ts';
import { detectors } from '../defenses/detectors/catalog.ts';
import type { DefenseParameter } from '../defenses/parameters.ts';
import { defenses } from '../defenses/training/catalog.ts';

/** Prints the attacks, the detectors, and the training defenses, as text or as JSON. */
export function printCatalog(json: boolean): void {
  const entries = { attacks: describeAttacks(), detectors: describeDetectors(), defenses: describeDefenses() };
  if (json) {
    console.log(JSON.stringify(entries, null, 2));
    return;
  }
  for (const attack of entries.attacks) {
    const { kind, threatModel, norms, goals, fixedBudget } = attack;
    const budget = fixedBudget ? [] : ['no budget'];
    print(attack, [kind, threatModel, norms.join(', '), goals.join(' and '), ...budget]);
  }
  for (const detector of entries.detectors)
    print(detector, ['detector', `trained on ${teachers[detector.learnsFrom]}`]);
  for (const defense of entries.defenses) print(defense, ['training defense']);
}

const teachers = { clean: 'clean images only', adversarial: 'clean images and adversarial examples' };

/** An attack or a defense, in words. */
interface Entry {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly description: string;
    readonly default: Value;
    readonly paper?: Value;
  }[];
}

interface Value {
  readonly text: string;
  readonly source: string;
}

function print({ id, title, description, source, parameters }: Entry, facts: readonly string[]): void {
  console.log(`${id}: ${title}\n  ${description}\n  ${source}\n  ${facts.join('; ')}`);
  for (const { name, description, default: fallback, paper = fallback } of parameters) {
    console.log(`  ${name}: ${description}`);
    console.log(`    default: ${fallback.text} (${fallback.source})`);
    if (paper.text !== fallback.text) console.log(`    with preset paper: ${paper.text} (${paper.source})`);
  }
  console.log();
}

function describeAttacks() {
  return [...catalog.values()].map(({ run, cost, confidence, parameters, ...attack }) => ({
    ...attack,
    parameters: Object.entries(parameters).map(([name, { description, schema, quick, paper = quick }]) => ({
      name,
      description,
      schema,
      default: { text: quick.text, source: quick.source },
      paper: { text: paper.text, source: paper.source },
    })),
  }));
}

function describeDetectors() {
  return [...detectors.values()].map(({ id, title, description, source, learnsFrom, surrogate, parameters }) => ({
    id,
    title,
    description,
    source,
    learnsFrom,
    ...(surrogate !== undefined && { surrogate }),
    parameters: describeParameters(parameters),
  }));
}

function describeDefenses() {
  return [...defenses.values()].map(({ id, title, description, source, limits, parameters }) => ({
    id,
    title,
    description,
    source,
    limits,
    parameters: describeParameters(parameters),
  }));
}

function describeParameters(parameters: Readonly<Record<string, DefenseParameter<unknown>>>) {
  return Object.entries(parameters).map(
    ([
      name,
      {
        description,
        schema,
        default: { text, source },
      },
    ]) => ({
      name,
      description,
      schema,
      default: { text, source },
    }),
  );
}
