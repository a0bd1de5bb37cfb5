// `npm run audit`: trains twenty ordinary networks, tests each with several attacks, and counts what the audit finds. None
// of them masks its gradients, so whatever is found is a false alarm, unless the attack was weak, as PGD shows. Writes its part
// of results.md, whose figures the pages in media/audit state; takes about twenty minutes of a processor.
import { checks } from '../../src/audit/catalog.ts';
import { isTelling } from '../../src/audit/telling.ts';
import type { TestPlan } from '../../src/evaluation/plan.ts';
import type { Round } from '../../src/evaluation/round.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { noPreprocessing } from '../../src/models/preprocessing.ts';
import { toLayersClassifier } from '../../src/models/tfjs/layersClassifier.ts';
import { planOf } from '../support/plans.ts';
import { type Collection, type CollectionName, imageShape, readCollection } from './images.ts';
import { type Audited, heldOut, oneHot, runAudited, startTraining, trainNetwork, writeResults } from './measure.ts';
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
  const targets = oneHot(labels);
  await trainNetwork(network, images, targets, epochs);
  targets.dispose();
  const classifier = toLayersClassifier(network, { input: imageShape, preprocessing: noPreprocessing }, engine);
  return { name, classifier };
}

/**
 * Whether a test's attack fooled clearly fewer images than PGD did at one of the same budgets: what the audit finds then
 * is right, although the network masks nothing.
 */
function isWeak(rounds: readonly Round[], strong: readonly Round[] = []): boolean {
  return rounds.some(({ epsilon, metrics: { counts } }) => {
    const other = strong.find((round) => round.epsilon === epsilon && epsilon !== undefined);
    return other !== undefined && isTelling(other.metrics.counts.fooled - counts.fooled, counts.eligible);
  });
}

async function main(): Promise<void> {
  const engine = await startTraining();
  const rows: string[] = [];
  const alarms: string[] = [];
  const confirmed: string[] = [];
  const seconds = { attack: 0, audit: 0 };
  let nets = 0;
  for (const collection of ['digits', 'clothes'] as const satisfies readonly CollectionName[]) {
    const training = readCollection(collection, 'train', trainingImages);
    const images = heldOut(collection, testedImages);
    let surrogate: Net | undefined;
    for (const name of Object.keys(architectures)) {
      const { classifier } = await train(name, 100 * ++nets, training, engine);
      const surrogates = surrogate ? [surrogate.classifier] : [];
      const results: Audited[] = [];
      for (const plan of plans) {
        const result = await runAudited(plan, classifier, images, { surrogates, exhaustive: true });
        results.push(result);
        seconds.attack += result.seconds[0];
        seconds.audit += result.seconds[1];
      }
      const strong = results[plans.findIndex((plan) => plan.name === 'PGD')]?.rounds;
      let found = 0;
      for (const [i, { findings, rounds }] of results.entries()) {
        const [{ choice }] = (plans[i] as TestPlan).attacks;
        const isRight = choice.norm === 'linf' && plans[i]?.target === undefined && isWeak(rounds, strong);
        for (const { check, message } of findings) {
          if (isRight) confirmed.push(`| ${name}, ${collection} | ${plans[i]?.name} | ${check} | ${message} |`);
          else {
            found++;
            alarms.push(`| ${name}, ${collection} | ${plans[i]?.name} | \`${check}\` | ${message} |`);
          }
        }
      }
      const clean = results[0]?.rounds[0]?.metrics.cleanAccuracy ?? 0;
      const figures = results.map(({ rounds }) =>
        rounds.map(({ metrics }) => (100 * metrics.successRate).toFixed(0)).join(' '),
      );
      rows.push(`| ${name}, ${collection} | ${(100 * clean).toFixed(0)}% | ${figures.join(' | ')} | ${found} |`);
      console.log(rows.at(-1), alarms.at(-1), confirmed.at(-1));
      surrogate?.classifier.dispose();
      surrogate = { name, classifier };
    }
  }
  const head = ['network', 'clean accuracy', ...plans.map(({ name }) => name), 'false alarms'];
  const tableOf = (findings: readonly string[]) => [
    '',
    '| network | test | check | finding |',
    '|---|---|---|---|',
    ...findings,
  ];
  await writeResults('Ordinary networks', [
    `${new Date().toISOString().slice(0, 10)}, ${engine}. ${alarms.length} false alarms of ${checks.length} checks on ${nets * plans.length} tests of ${nets} networks, each audited exhaustively. The attacks took ${seconds.attack.toFixed(0)} s, their audits ${seconds.audit.toFixed(0)} s.`,
    '',
    `Each network was trained on ${trainingImages} images for ${epochs} epochs and tested on ${testedImages} others; digits are MNIST, clothes Fashion-MNIST. Success rates are in percent, at ${epsilons.map((epsilon) => `${Math.round(255 * epsilon)}/255`).join(', ')} where there are four of them. The surrogate of a network is the one above it.`,
    '',
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows,
    ...(alarms.length > 0 ? tableOf(alarms) : []),
    '',
    `Findings in tests whose attack fooled clearly fewer images than PGD at the same budget are no false alarms: ${confirmed.length}.`,
    ...(confirmed.length > 0 ? tableOf(confirmed) : []),
  ]);
  console.log(`${alarms.length} false alarms\n${alarms.join('\n')}`);
}

await main();
