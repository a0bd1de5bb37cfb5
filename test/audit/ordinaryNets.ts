// `npm run audit`: trains twenty ordinary networks, tests each with several attacks, and counts what the audit finds. None
// of them masks its gradients, so whatever is found is a false alarm. Writes results.md, whose figures the pages
// in media/audit state; takes about six minutes of a processor.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { audit } from '../../src/audit/audit.ts';
import { checks } from '../../src/audit/catalog.ts';
import type { LabeledImage } from '../../src/data/loadExamples.ts';
import { computingOf } from '../../src/engine/computing.ts';
import { type Attacked, evaluate } from '../../src/evaluation/evaluate.ts';
import type { TestPlan } from '../../src/evaluation/plan.ts';
import type { Round } from '../../src/evaluation/round.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { noPreprocessing } from '../../src/models/preprocessing.ts';
import { configureTensorFlow, startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { toLayersClassifier } from '../../src/models/tfjs/layersClassifier.ts';
import { registerFilterGradients, replaceInputGradient } from '../../src/models/tfjs/training/filterGradients.ts';
import { victimOf } from '../../src/runner/victim.ts';
import { imageOf, planOf } from '../support/plans.ts';
import { type Collection, type CollectionName, imageShape, readCollection } from './images.ts';
import { architectures, build } from './networks.ts';

const trainingImages = 4000;
const testedImages = 48;
const epochs = 2;

const epsilons = [5 / 255, 13 / 255, 26 / 255, 51 / 255];
const usual = { quantize: true, audit: true } as const;
const plans: readonly TestPlan[] = [
  planOf({ ...usual, name: 'FGSM', attack: 'fgsm', epsilons }),
  planOf({ ...usual, name: 'I-FGSM', attack: 'ifgsm', epsilons: [26 / 255] }),
  planOf({ ...usual, name: 'PGD', attack: 'pgd', epsilons }),
  planOf({ ...usual, name: 'PGD in l2', attack: 'pgd', norm: 'l2', epsilons: [0.5, 1] }),
  planOf({
    ...usual,
    name: 'PGD to the least likely class',
    attack: 'pgd',
    target: 'least-likely',
    epsilons: [26 / 255],
  }),
  planOf({ ...usual, name: 'DeepFool', attack: 'deepfool', norm: 'l2', epsilons: [] }),
  planOf({ ...usual, name: 'FMN', attack: 'fmn', norm: 'linf', epsilons: [] }),
];

interface Net {
  readonly name: string;
  readonly classifier: DifferentiableClassifier & { dispose(): void };
}

async function train(name: string, seed: number, { images, labels }: Collection, engine: string): Promise<Net> {
  const network = build(name, seed);
  network.compile({ optimizer: tf.train.adam(0.002), loss: 'categoricalCrossentropy' });
  const { height, width, channels } = imageShape;
  const x = tf.tensor4d(new Float32Array(images.flatMap((image) => [...image])), [
    images.length,
    height,
    width,
    channels,
  ]);
  const y = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d([...labels], 'int32'), 10), 'float32'));
  await network.fit(x, y, { epochs, batchSize: 32, shuffle: false, verbose: 0 });
  tf.dispose([x, y]);
  const classifier = toLayersClassifier(network, { input: imageShape, preprocessing: noPreprocessing }, engine);
  return { name, classifier };
}

/** Runs a test and its audit. */
async function runAudited(
  plan: TestPlan,
  classifier: DifferentiableClassifier,
  images: readonly LabeledImage[],
  surrogates: readonly DifferentiableClassifier[],
) {
  const start = performance.now();
  const judge = victimOf(classifier);
  const attacked: Attacked[] = [];
  const rounds: Round[] = await evaluate(plan, {
    judge,
    opponents: [{ victims: [judge] }],
    images,
    onExample() {},
    onAttacked: (all) => void attacked.push(all),
  });
  const ended = performance.now();
  const findings = await audit(plan, { ...(attacked[0] as Attacked), surrogates: surrogates.map(victimOf) });
  return { rounds, findings, seconds: [(ended - start) / 1000, (performance.now() - ended) / 1000] as const };
}

async function main(): Promise<void> {
  const cache = path.join(import.meta.dirname, '..', '..', '.cache', 'tensorflow');
  configureTensorFlow({ ...(existsSync(cache) && { folder: cache }), ...computingOf(process.env).tensorflow });
  const { kind, name: engine } = await startTensorFlow();
  if (kind === 'wasm') {
    registerFilterGradients();
    replaceInputGradient();
  }
  const rows: string[] = [];
  const alarms: string[] = [];
  const seconds = { attack: 0, audit: 0 };
  let nets = 0;
  for (const collection of ['digits', 'clothes'] as const satisfies readonly CollectionName[]) {
    const training = readCollection(collection, 'train', trainingImages);
    const held = readCollection(collection, 't10k', testedImages);
    const images = held.images.map((pixels, i) => imageOf(pixels, held.labels[i], `${collection} ${i}`));
    let surrogate: Net | undefined;
    for (const name of Object.keys(architectures)) {
      const net = await train(name, 100 * ++nets, training, engine);
      const figures: string[] = [];
      let found = 0;
      let clean = 0;
      for (const plan of plans) {
        const { classifier } = net;
        const result = await runAudited(plan, classifier, images, surrogate ? [surrogate.classifier] : []);
        seconds.attack += result.seconds[0];
        seconds.audit += result.seconds[1];
        clean = result.rounds[0]?.metrics.cleanAccuracy ?? 0;
        figures.push(result.rounds.map(({ metrics }) => (100 * metrics.successRate).toFixed(0)).join(' '));
        found += result.findings.length;
        for (const { check, message } of result.findings) {
          alarms.push(`| ${name}, ${collection} | ${plan.name} | \`${check}\` | ${message} |`);
        }
      }
      rows.push(`| ${name}, ${collection} | ${(100 * clean).toFixed(0)}% | ${figures.join(' | ')} | ${found} |`);
      console.log(rows.at(-1));
      surrogate?.classifier.dispose();
      surrogate = net;
    }
  }
  const head = ['network', 'clean accuracy', ...plans.map(({ name }) => name), 'false alarms'];
  const report = [
    '# Results of `npm run audit`',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${engine}. ${alarms.length} false alarms of ${checks.length} checks on ${nets * plans.length} tests of ${nets} networks. The attacks took ${seconds.attack.toFixed(0)} s, their audits ${seconds.audit.toFixed(0)} s.`,
    '',
    `Each network was trained on ${trainingImages} images for ${epochs} epochs and tested on ${testedImages} others; digits are MNIST, clothes Fashion-MNIST. Success rates are in percent, at ${epsilons.map((epsilon) => `${Math.round(255 * epsilon)}/255`).join(', ')} where there are four of them. The surrogate of a network is the one above it.`,
    '',
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows,
    ...(alarms.length > 0 ? ['', '| network | test | check | finding |', '|---|---|---|---|', ...alarms] : []),
    '',
  ];
  await writeFile(path.join(import.meta.dirname, 'results.md'), report.join('\n'));
  console.log(`${alarms.length} false alarms\n${alarms.join('\n')}`);
}

await main();
