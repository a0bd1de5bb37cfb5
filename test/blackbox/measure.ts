// `npm run blackbox`: how attacks that see less than the network do beside those that see it, on the networks of the demo
// and on others. Writes results.md; what was measured is kept in .cache/blackbox.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createGoal } from '../../src/attacks/goal.ts';
import { listExamples, readImages } from '../../src/data/loadExamples.ts';
import { configureAttack, definitionOf } from '../../src/runner/configuredAttack.ts';
import { distanceOf, type Subject } from '../../src/runner/conversation.ts';
import { outcomesOf } from '../../src/runner/runAttack.ts';
import { victimOf } from '../../src/runner/victim.ts';
import { readCollection } from '../audit/images.ts';
import { median } from '../bench/median.ts';
import { root } from '../defenses/domains.ts';
import { cache, openNetwork } from './networks.ts';

interface Choice {
  readonly attack: string;
  readonly norm: 'l2' | 'linf';
  readonly epsilon?: number;
  readonly queries?: number;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

interface Measured {
  readonly images: number;
  /** Of the images, how many fool who is attacked. */
  readonly fooled: number;
  /** Of them, how many fool the surrogate, where the attack is made on one. */
  readonly ofSurrogate?: number;
  /** Infinite, which JSON does not have, where half of the images held. */
  readonly median: number | null;
}

/** Attacks a network, or with a surrogate that one in its place, on the 8-bit grid. */
async function measured(name: string, network: string, choice: Choice, surrogate?: string): Promise<Measured> {
  const file = path.join(cache, `${name}.json`);
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8'));
  const judge = victimOf(await openNetwork(network));
  const subjects = await subjectsOf(network);
  const { attack: id, ...rest } = choice;
  const attack = configureAttack(definitionOf(id), { parameters: {}, preset: 'quick', quantize: true, ...rest });
  const victim = surrogate === undefined ? judge : victimOf(await openNetwork(surrogate));
  const stopAtSuccess = surrogate === undefined && choice.epsilon !== undefined;
  const prefer = surrogate === undefined ? {} : ({ prefer: 'latest' } as const);
  const outcomes = await outcomesOf({ victim, attack, stopAtSuccess, ...prefer }, subjects);
  const ends = await judge.judge(outcomes.map(({ best, subject }) => best?.point ?? subject.image));
  const middle = median(outcomes.map((outcome) => distanceOf(outcome, choice.norm)));
  const result: Measured = {
    images: subjects.length,
    fooled: ends.filter(({ decision }, i) => decision !== subjects[i]?.goal.label).length,
    ...(surrogate !== undefined && { ofSurrogate: outcomes.filter(({ best }) => best?.success).length }),
    median: Number.isFinite(middle) ? middle : null,
  };
  await mkdir(cache, { recursive: true });
  await writeFile(file, JSON.stringify(result));
  return result;
}

/** The demo's images, or the first clothes that were held out, that the network knows. */
async function subjectsOf(network: string): Promise<Subject[]> {
  const classifier = await openNetwork(network);
  const all = network.startsWith('clothes') ? clothes() : await street(classifier.classes);
  const judged = await victimOf(classifier).judge(all.map(({ image }) => image));
  const startsFor = (label: number) => all.filter((_, i) => judged[i]?.decision !== label).slice(0, 32);
  return all
    .map(({ image, label }, seed) => ({
      image,
      seed,
      goal: createGoal(label),
      starts: startsFor(label).map((other) => other.image),
    }))
    .filter((_, i) => judged[i]?.decision === all[i]?.label);
}

function clothes() {
  const { images, labels } = readCollection('clothes', 't10k', 200);
  return images.map((image, i) => ({ image, label: labels[i] as number }));
}

async function street(modelClasses: readonly string[]) {
  const labels = await readFile(path.join(root, 'media', 'demo', 'models', 'signs', 'labels.txt'), 'utf8');
  const classNames = labels.trim().split('\n');
  if (classNames.length !== modelClasses.length) throw new Error('the demo has other classes');
  const dataset = {
    name: 'street',
    path: path.join(root, 'media', 'demo', 'data', 'street'),
    labels: 'folders',
  } as const;
  const { files } = await listExamples({ dataset, classNames, seed: 1 });
  const { images } = await readImages(files, dataset, { shape: { height: 32, width: 32, channels: 3 } }, (one) => one);
  return images.map(({ pixels, label = 0 }) => ({ image: pixels, label }));
}

const share = ({ fooled, images }: Measured) => `${fooled} of ${images}`;

const cw = await measured('cw', 'signs', { attack: 'cw', norm: 'l2' });
const decisions: string[] = [`| C&W (white box) | | ${share(cw)} | ${cw.median?.toFixed(3)} | |`];
for (const [attack, title] of [
  ['hopskipjump', 'HopSkipJump'],
  ['cgba', 'CGBA'],
] as const) {
  const found = await measured(attack, 'signs', { attack, norm: 'l2', queries: 5000 });
  const times = (found.median ?? Infinity) / (cw.median ?? 0);
  decisions.push(`| ${title} | 5,000 | ${share(found)} | ${found.median?.toFixed(3)} | ${times.toFixed(2)} |`);
}

const scores: string[] = [];
for (const levels of [8, 16]) {
  const within = { norm: 'linf', epsilon: levels / 255 } as const;
  const pgd = await measured(`pgd-${levels}`, 'signs', { attack: 'pgd', ...within });
  const square = await measured(`square-${levels}`, 'signs', { attack: 'square', queries: 2000, ...within });
  scores.push(`| ${levels}/255 | ${share(pgd)} | ${share(square)} | ${(square.fooled / pgd.fooled).toFixed(2)} |`);
}

const methods = ['mi', 'ti', 'di', 'si', 'vmi', 'bsr', 'ops'] as const;
const pairs = [
  ['signs', 'camera', 8],
  ['signs-apart', 'camera', 8],
  ['clothes-a', 'clothes-b', 26],
  ['clothes-b', 'clothes-a', 26],
] as const;
const transfers: string[] = [];
for (const [from, to, levels] of pairs) {
  const within = { norm: 'linf', epsilon: levels / 255 } as const;
  const name = (what: string) => `${from}-${to}-${what}`;
  const white = await measured(`${to}-white-box`, to, { attack: 'pgd', ...within });
  const cells: string[] = [];
  const plain = await measured(name('ifgsm'), to, { attack: 'ifgsm', ...within }, from);
  for (const method of methods) {
    // As the authors' OPS takes ten times as many, it would take hours.
    const parameters = { method, ...(method === 'ops' && { copies: 20 }) };
    const found = await measured(name(method), to, { attack: 'transfer', ...within, parameters }, from);
    cells.push(`${found.fooled} (${found.ofSurrogate})`);
  }
  const own = `${plain.fooled} (${plain.ofSurrogate})`;
  transfers.push(`| ${from} → ${to}, ${levels}/255 | ${share(white)} | ${[own, ...cells].join(' | ')} |`);
}

const surrogates: string[] = [];
for (const [from, layers] of [
  ['clothes-labeled', 'chosen by the size of images, which are those of `clothes-b`'],
  ['clothes-labeled-like-a', 'those of `clothes-a`'],
] as const) {
  for (const to of ['clothes-b', 'clothes-a']) {
    const within = { norm: 'linf', epsilon: 26 / 255 } as const;
    const white = await measured(`${to}-white-box`, to, { attack: 'pgd', ...within });
    const cells: string[] = [];
    for (const method of ['ifgsm', 'mi', 'ti', 'di', 'si', 'vmi'] as const) {
      const choice = method === 'ifgsm' ? { attack: method } : { attack: 'transfer', parameters: { method } };
      const { fooled, ofSurrogate } = await measured(`${from}-${to}-${method}`, to, { ...choice, ...within }, from);
      cells.push(`${fooled} (${ofSurrogate})`, (fooled / white.fooled).toFixed(2));
    }
    surrogates.push(`| ${layers} | ${to} | ${share(white)} | ${cells.join(' | ')} |`);
  }
}

const text = `# Attacks that see less than the network

Written by \`npm run blackbox\`: the quick presets on the 8-bit grid, images that the network classifies correctly. Signs are the
demo's 72 images and its networks; clothes are Fashion-MNIST.

## By predictions: distance in l2

| attack | queries | success | median | × C&W's |
|---|---|---|---|---|
${decisions.join('\n')}

## By scores: Square with 2,000 queries, linf

| ε | PGD | Square | of PGD's |
|---|---|---|---|
${scores.join('\n')}

## Transfer, linf

Images that fool the network, and in brackets those that fool the surrogate itself; OPS with 20 copies instead of 200.
\`camera\` was made of \`signs\`, by further training; \`signs-apart\` has the layers of \`signs\`, other weights, and learned from
other images.

| surrogate → network | PGD on it | I-FGSM | MI | TI | DI | SI | VMI | BSR | OPS |
|---|---|---|---|---|---|---|---|---|---|
${transfers.join('\n')}

## Transfer from surrogates, linf, 26/255

Surrogates as *Train Surrogate* makes them, kind \`labeled\`, in 10 epochs of 2,000 images that neither network has learned
from. Beside each method is the share of what PGD fools on the network itself.

| layers of the surrogate | network | PGD on it | I-FGSM | | MI | | TI | | DI | | SI | | VMI | |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
${surrogates.join('\n')}
`;
await writeFile(path.join(import.meta.dirname, 'results.md'), text);
console.log(text);
process.exit();
