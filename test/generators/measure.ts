// `npm run generators`: trains AdvGAN, APE-GAN, and DCGAN on MNIST, attacks, and writes results.md with a sheet of samples.
// DCGAN is measured twice: as what draws, and as the purifier of a small Defense-GAN.
// A killed training goes on where it was, and measured tests are kept in .cache/generators.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { GeneratorReport } from '../../src/defenses/generators/report.ts';
import { trainGenerator } from '../../src/defenses/generators/trainGenerator.ts';
import type { DefensePlan, GeneratorPlan } from '../../src/defenses/plan.ts';
import { trainDefense } from '../../src/defenses/training/trainDefense.ts';
import { ModelCache } from '../../src/jobs/modelCache.ts';
import { runTest } from '../../src/jobs/runTest.ts';
import { noPreprocessing } from '../../src/models/preprocessing.ts';
import type { ModelSource } from '../../src/models/source.ts';
import { formatPercent } from '../../src/reports/format.ts';
import type { TestReport } from '../../src/reports/report.ts';
import { readCollection } from '../audit/images.ts';
import { chooseTensorFlow, computing } from '../defenses/computing.ts';
import { datasetOf, domains } from '../defenses/domains.ts';
import { showProgress } from '../defenses/progress.ts';
import { trainUndefended } from '../defenses/undefended.ts';
import { type PlanChoice, planOf } from '../support/plans.ts';

const cache = path.join(import.meta.dirname, '..', '..', '.cache', 'generators');
const epsilon = 0.3;
const victimImages = 6000;
const { signal } = new AbortController();
const origin = { file: 'measure.ts', line: 1 };

chooseTensorFlow(undefined);
const domain = domains.digits;
const model = await undefended();
const models = new ModelCache(computing);
const training = await datasetOf(domain, 'detectors');
const held = (limit: number) => datasetOf(domain, 'test', limit);

/** The network that is attacked, trained where it is missing; the generators learn from other images than it. */
async function undefended(): Promise<ModelSource> {
  const folder = path.join(cache, 'undefended');
  const file = path.join(folder, 'model.json');
  const how = { epochs: 4, batchSize: 64, learningRate: 0.001, initializer: 'glorotUniform', seed: 1 } as const;
  if (!existsSync(file)) await trainUndefended(readCollection('digits', 'train', victimImages), how, folder);
  return { name: 'digits', path: file, preprocessing: noPreprocessing };
}

/** The result of something that takes long, computed once. */
async function kept<T>(name: string, compute: () => Promise<T>): Promise<T> {
  const file = path.join(cache, `${name}.json`);
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8'));
  const result = await compute();
  await mkdir(cache, { recursive: true });
  await writeFile(file, JSON.stringify(result));
  return result;
}

/** The network after adversarial training at the same ε. */
async function hardened(): Promise<ModelSource> {
  const folder = path.join(cache, 'hardened');
  if (!existsSync(path.join(folder, 'card.json'))) {
    const plan: DefensePlan = {
      name: 'hardened',
      kind: 'madry',
      model,
      dataset: await datasetOf(domain, 'training'),
      validation: await datasetOf(domain, 'validation'),
      path: folder,
      preset: 'quick',
      parameters: { epsilon, epochs: 8, batchSize: 32 },
      seed: 1,
      origin,
    };
    await trainDefense(plan, { signal, computing, onProgress: showProgress });
  }
  return { ...model, name: 'hardened digits', path: path.join(folder, 'model.json') };
}

/** Trains a generator with its default parameters, and says how it goes. */
function trained(kind: string, { name = kind, ...change }: Partial<GeneratorPlan> = {}): Promise<GeneratorReport> {
  const plan = {
    name,
    kind,
    model,
    dataset: training,
    path: path.join(cache, name),
    preset: 'quick',
    parameters: { epsilon },
    seed: 1,
    origin,
    ...change,
  } as const;
  const onProgress = ({ point }: { point?: object }) => point && console.log(name, JSON.stringify(point));
  return kept(`${name}-trained`, () => trainGenerator(plan, { signal, computing, onProgress }));
}

/** Runs an attack on held-out images. */
function tested(name: string, images: number, change: PlanChoice): Promise<TestReport> {
  return kept(name, async () => {
    const folder = path.join(cache, 'runs', name);
    await mkdir(folder, { recursive: true });
    const dataset = await held(images);
    const common = { id: name, name, model, dataset, quantize: true, audit: false, expect: {} } as const;
    const plan = planOf({ ...common, epsilons: [epsilon], ...change });
    const report = await runTest({ plan, folder }, { models, location: 'process', signal, onProgress: () => {} });
    if (report.rounds.length === 0) throw new Error(`${name}: ${report.message}`);
    console.log(`${name}: ${report.message}`);
    return report;
  });
}

/** The success rate of a test, with its 95% interval and the images that it is of. */
function success({ rounds }: TestReport, ofOther = false): string {
  const [round] = rounds;
  const metrics = ofOther ? round?.purification?.other.metrics : round?.metrics;
  if (metrics === undefined) throw new Error('there is no such figure');
  const [low, high] = metrics.intervals.successRate as readonly [number, number];
  return `${formatPercent(metrics.successRate)} (${formatPercent(low)} to ${formatPercent(high)})`;
}

/** What has been measured, which is written after each part. */
const parts: string[] = [];
async function add(part: string): Promise<void> {
  parts.push(part);
  await writeFile(path.join(import.meta.dirname, 'results.md'), parts.join('\n'));
  console.log(part);
}

const advgan = await trained('advgan', { parameters: { epsilon, epochs: 12 } });
const generator = path.join(cache, 'advgan');
const liar = await tested('advgan', 500, { attack: 'advgan', parameters: { generator } });
const pgd = await tested('pgd', 500, { attack: 'pgd' });
const robust = await hardened();
const again = await trained('advgan', { name: 'advgan-hardened', model: robust, parameters: { epsilon, epochs: 12 } });
const hardGenerator = path.join(cache, 'advgan-hardened');
const robustLiar = await tested('advgan-hardened', 500, {
  attack: 'advgan',
  model: robust,
  parameters: { generator: hardGenerator },
});
const robustPgd = await tested('pgd-hardened', 500, { attack: 'pgd', model: robust, parameters: { steps: 40 } });
const { engine, training: learned } = JSON.parse(await readFile(advgan.card, 'utf8'));
const clean = (report: TestReport) => formatPercent(report.rounds[0]?.metrics.cleanAccuracy ?? 0);
await add(`# Generators

Trained and measured on MNIST, with an undefended network (two convolutions, 105,866 parameters, trained on ${victimImages} images;
clean accuracy ${clean(pgd)}). Generators learn from ${learned.images} images that the network has not learned, and attacks are on images
that neither has, on the 8-bit grid; in brackets are 95% Wilson intervals. Times are of a busy machine. Written by
\`npm run generators\`, on ${engine}.

## AdvGAN

| network | attack | linf | images | success | questions per image |
|---|---|---|---|---|---|
| undefended | AdvGAN, one pass | ${epsilon} | ${eligible(liar)} | ${success(liar)} | ${perImage(liar)} |
| undefended | PGD | ${epsilon} | ${eligible(pgd)} | ${success(pgd)} | ${perImage(pgd)} |
| adversarially trained (Madry) | AdvGAN, one pass | ${epsilon} | ${eligible(robustLiar)} | ${success(robustLiar)} | ${perImage(robustLiar)} |
| adversarially trained (Madry) | PGD, 40 steps | ${epsilon} | ${eligible(robustPgd)} | ${success(robustPgd)} | ${perImage(robustPgd)} |

Each generator was trained against its network for 12 epochs, in ${Math.round(advgan.time)} and ${Math.round(again.time)} s. The clean
accuracy of the adversarially trained network is ${clean(robustPgd)}.
`);

const apegan = await trained('ape-gan');
const purifier = { name: 'ape-gan', path: path.join(cache, 'ape-gan') };
const rows: string[] = [];
for (const [attack, images] of [
  ['fgsm', 500],
  ['pgd', 500],
  ['cw', 100],
] as const) {
  const choice = attack === 'cw' ? { attack, norm: 'l2' as const } : { attack };
  const alone = await tested(`${attack}-alone`, images, choice);
  const both = await tested(`${attack}-purified`, images, { ...choice, purifier, attacker: 'adaptive' });
  const budget = attack === 'cw' ? 'l2, minimized' : `linf ${epsilon}`;
  const figures = [eligible(both), success(alone), success(both, true), success(both)];
  rows.push(`| ${both.attack.title} | ${budget} | ${figures.join(' | ')} |`);
}
await add(`## APE-GAN

Success of attacks on images that are classified correctly: without the purifier, through it by one who does not know of it,
and by one who does. Clean accuracy is ${clean(await tested('pgd-purified', 500, {}))} with it. Trained in ${Math.round(apegan.time)} s.

| attack | budget | images | without purifier | unaware of it | adaptive |
|---|---|---|---|---|---|
${rows.join('\n')}
`);

const epochs = 10;
const drawn = await datasetOf(domain, 'training');
const dcgan = await trained('dcgan', { name: 'dcgan-10000', dataset: drawn, parameters: { epochs } });
await copyFile(path.join(cache, 'dcgan-10000', 'samples.png'), path.join(import.meta.dirname, 'samples.png'));
await add(`## DCGAN

The network takes ${formatPercent(dcgan.recognized ?? 0)} of 100 samples for the class that they were drawn for. Samples of a class differ
${dcgan.diversity?.toFixed(2)} times as much as real images do. Trained on 10,000 images for ${epochs} epochs, in ${Math.round(dcgan.time)} s.

![Samples of DCGAN, one row for each digit](samples.png)
`);

// Athalye, Carlini & Wagner 2018, arXiv:1802.00420, section 5.4.1: the mean square of a perturbation.
const meanSquare = 0.005;
const l2 = Math.sqrt(meanSquare * 28 * 28);
const projected = await tested('defense-gan', 20, {
  attack: 'pgd',
  norm: 'l2',
  epsilons: [l2],
  purifier: { name: 'dcgan', path: path.join(cache, 'dcgan-10000') },
  attacker: 'adaptive',
  parameters: { steps: 20 },
});
const bare = await tested('defense-gan-alone', 20, {
  attack: 'pgd',
  norm: 'l2',
  epsilons: [l2],
  parameters: { steps: 20 },
});
await add(`## Defense-GAN

The same DCGAN as a purifier: the network sees the nearest sample in place of an image. PGD in l2 with 20 steps, at a mean square of
${meanSquare} (${l2.toFixed(2)}); the adaptive attacker takes the projection for the identity on the way back (BPDA). Clean accuracy
is ${clean(projected)} with it.

| attack | images | without purifier | unaware of it | adaptive |
|---|---|---|---|---|
| PGD | ${eligible(projected)} | ${success(bare)} | ${success(projected, true)} | ${success(projected)} |
`);

function eligible({ rounds }: TestReport): number {
  return rounds[0]?.metrics.counts.eligible ?? 0;
}

function perImage({ queries, rounds }: TestReport): string {
  return (queries.points / (rounds[0]?.metrics.counts.eligible || 1)).toFixed(1);
}
