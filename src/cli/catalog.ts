import { catalog } from '../attacks/catalog.ts';
import { detectors } from '../defenses/detectors/catalog.ts';
import { generators } from '../defenses/generators/catalog.ts';
import { surrogates } from '../defenses/surrogates/catalog.ts';
import { defenses } from '../defenses/training/catalog.ts';
import { cite } from '../parameters/document.ts';
import type { AnyParameters, Default } from '../parameters/parameter.ts';

/** Prints the attacks, the detectors, the training defenses, the ways to train a surrogate, and the generators, as text or as JSON. */
export function printCatalog(json: boolean): void {
  const entries = {
    attacks: describeAttacks(),
    detectors: describeDetectors(),
    defenses: describeDefenses(),
    surrogates: describeTrainings(surrogates),
    generators: describeTrainings(generators),
  };
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
  for (const surrogate of entries.surrogates) print(surrogate, ['surrogate']);
  for (const generator of entries.generators) print(generator, ['generator']);
}

const teachers = { clean: 'clean images only', adversarial: 'clean images and adversarial examples' };

/** An attack, a detector or a defense, in words. */
interface Entry {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly parameters: ReturnType<typeof describeParameters>;
}

function print({ id, title, description, source, parameters }: Entry, facts: readonly string[]): void {
  console.log(`${id}: ${title}\n  ${description}\n  ${source}\n  ${facts.join('; ')}`);
  for (const { name, description, quick, paper } of parameters) {
    console.log(`  ${name}: ${description}`);
    console.log(`    default: ${cite(quick)}`);
    if (paper.text !== quick.text) console.log(`    preset paper: ${cite(paper)}`);
  }
  console.log();
}

function describeAttacks() {
  return [...catalog.values()].map(({ run, cost, confidence, parameters, ...attack }) => ({
    ...attack,
    parameters: describeParameters(parameters),
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

function describeTrainings(
  definitions: ReadonlyMap<string, Omit<Entry, 'parameters'> & { parameters: AnyParameters }>,
) {
  return [...definitions.values()].map(({ id, title, description, source, parameters }) => ({
    id,
    title,
    description,
    source,
    parameters: describeParameters(parameters),
  }));
}

/** The value of each preset in words: that of `quick` where the original source says nothing else. */
function describeParameters(parameters: AnyParameters) {
  const inWords = ({ text, source }: Default<unknown, never, never>) => ({ text, source });
  return Object.entries(parameters).map(([name, { description, schema, quick, paper = quick }]) => ({
    name,
    description,
    schema,
    quick: inWords(quick),
    paper: inWords(paper),
  }));
}
