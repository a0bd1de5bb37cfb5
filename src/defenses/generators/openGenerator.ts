import path from 'node:path';
import type { ImageShape, Pixels } from '../../data/image.ts';
import type { Classifier } from '../../models/classifier.ts';
import { openModel } from '../../models/open.ts';
import type { OpenedModel } from '../../models/openedModel.ts';
import type { ModelOptions } from '../../models/options.ts';
import { UserError } from '../../userError.ts';
import type { GeneratorFacts } from './card.ts';
import { generators } from './catalog.ts';
import type { GeneratorDefinition } from './generatorDefinition.ts';
import { readGeneratorFacts } from './generatorFiles.ts';

/** A generator of adversarial images, ready for the model that it was made for. */
export interface OpenedGenerator {
  readonly facts: GeneratorFacts;
  /** The adversarial image of an image, in one forward pass. */
  generate(image: Pixels): Promise<Pixels>;
  dispose(): void;
}

/** The model that a generator is to work with: its classifier, and the SHA-256 of its files. */
interface Partner {
  readonly classifier: Pick<Classifier, 'input' | 'classes'>;
  readonly sha256: string;
}

/**
 * Opens a generator for the attack on a model.
 * @param target the class that the test wants, if any.
 * @throws UserError when it is missing or damaged, is no generator of adversarial images, or was made for another model, for
 * other images, or for another target.
 */
export async function openGenerator(
  folder: string,
  model: Partner,
  target: string | undefined,
  computing: ModelOptions,
): Promise<OpenedGenerator> {
  const { facts, network } = await openNetwork(folder, ['adversarial'], model, computing);
  if (facts.target !== target) {
    network.dispose();
    throw otherTarget(folder, facts, target);
  }
  const epsilon = facts.parameters.epsilon as number;
  return {
    facts,
    async generate(image) {
      const [response] = (await network.logits([image])) as [Float32Array];
      return image.map((value, i) => {
        const change = Math.tanh(response[i] as number);
        return Math.min(1, Math.max(0, value + Math.min(epsilon, Math.max(-epsilon, change))));
      });
    },
    dispose: () => network.dispose(),
  };
}

/**
 * The network of a generator, as a classifier whose logits are the numbers that it gives, channels last.
 * @throws UserError when it is missing or damaged, makes something else, or was made for another model or other images.
 */
export async function openNetwork(
  folder: string,
  makes: readonly GeneratorDefinition['makes'][],
  { classifier, sha256 }: Partner,
  computing: ModelOptions,
): Promise<{ readonly facts: GeneratorFacts; readonly network: OpenedModel['classifier'] }> {
  const facts = await readGeneratorFacts(folder);
  const { original, input } = facts;
  checkKind(folder, facts, makes);
  if (original.sha256 !== sha256) {
    throw new UserError(
      `${folder}: this generator was made for another model: "${original.name}", whose files have the SHA-256 ${original.sha256.slice(0, 12)}…; those of this model have ${sha256.slice(0, 12)}…. Train a generator for this model.`,
    );
  }
  if (sizesOf(input) !== sizesOf(classifier.input)) {
    throw new UserError(
      `${folder}: this generator takes images of ${sizesOf(input)}, and the model images of ${sizesOf(classifier.input)}. Train a generator for this model.`,
    );
  }
  // What draws takes numbers in a row, which a model is told as the rows of an image.
  const numbers = numbersOf(facts, classifier.classes.length);
  const source = { name: facts.name, path: path.join(folder, 'model.json'), ...(numbers && { input: [numbers, 1] }) };
  const opened = await openModel(source, computing);
  if (opened.sha256 === facts.sha256) return { facts, network: opened.classifier };
  opened.classifier.dispose();
  throw new UserError(
    `${folder}: model.json or its weights are not those that card.json describes. Train the generator again.`,
  );
}

/** @throws UserError unless a generator is of a kind that makes one of these. */
function checkKind(folder: string, { kind }: GeneratorFacts, makes: readonly GeneratorDefinition['makes'][]): void {
  const definition = generators.get(kind);
  if (definition && makes.includes(definition.makes)) return;
  const fitting = [...generators.values()].filter((each) => makes.includes(each.makes)).map(({ id }) => `"${id}"`);
  throw new UserError(
    `${folder} holds a generator of the kind "${kind}", which makes something else. Use one of the kind ${fitting.join(' or ')}.`,
  );
}

/** How many numbers a generator takes that draws from them; `undefined` for one that takes images. */
function numbersOf({ kind, parameters }: GeneratorFacts, classes: number): number | undefined {
  return generators.get(kind)?.makes === 'samples' ? (parameters.latent as number) + classes : undefined;
}

function sizesOf({ width, height, channels }: Readonly<Record<keyof ImageShape, number>>): string {
  return `${width} × ${height} pixels with ${channels} channel${channels === 1 ? '' : 's'}`;
}

function otherTarget(folder: string, facts: GeneratorFacts, target: string | undefined): UserError {
  const made = facts.target === undefined ? 'for any wrong class' : `for the target "${facts.target}"`;
  const wanted = target === undefined ? 'the test has no target' : `the target of the test is "${target}"`;
  return new UserError(
    `${folder}: this generator was made ${made}, but ${wanted}. Change the "target" of the test, or train another generator.`,
  );
}
