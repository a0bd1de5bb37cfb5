// Makes networks that hide their gradients, and tests each with several attacks at a budget to which the plain network
// falls. Only what is errored or fails is right: a test that passes says what is not so. Writes its
// part of results.md; takes about ten minutes of a processor.
import { underAudit } from '../../src/audit/underAudit.ts';
import type { StoredImage } from '../../src/data/storedImage.ts';
import type { TestPlan } from '../../src/evaluation/plan.ts';
import { conclude } from '../../src/evaluation/verdict.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { nativeRuntime } from '../../src/models/onnx/session/runtime.ts';
import { toClassifier } from '../../src/models/onnx/session/toClassifier.ts';
import { formatPercent } from '../../src/reports/format.ts';
import { UserError } from '../../src/userError.ts';
import { seeing } from '../support/auditTrial.ts';
import { planOf } from '../support/plans.ts';
import { readCollection } from './images.ts';
import { type Mask, maskedModel, masks, trainTwin, type Weights } from './maskedNetworks.ts';
import { heldOut, runAudited, startTraining, writeResults } from './measure.ts';

const trainingImages = 8000;
const testedImages = 48;
const epsilon = 26 / 255;
/** Robust accuracy that the tests expect: more than the plain network has. */
const expected = 0.3;

const plans: readonly TestPlan[] = ['fgsm', 'pgd', 'auto'].map((attack) =>
  planOf({
    name: attack,
    attack,
    epsilons: [epsilon],
    quantize: true,
    audit: true,
    expect: { robustAccuracy: [expected] },
  }),
);

/** What a test came to, as a cell of the table. */
async function outcomeOf(plan: TestPlan, classifier: DifferentiableClassifier, images: readonly StoredImage[]) {
  try {
    const { rounds, findings } = await runAudited(plan, classifier, images);
    const robust = formatPercent(rounds[0]?.metrics.robustAccuracy ?? 0);
    const { status } = underAudit(plan, conclude(plan, rounds, classifier.classes.length), findings);
    const verdict = status === 'passed' ? '**passed**' : status;
    return [`${verdict}, ${robust}`, ...findings.map(({ check }) => check)].join('; ');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return 'errored';
  }
}

async function openMasked(mask: Mask, twins: readonly Weights[]): Promise<DifferentiableClassifier> {
  const model = maskedModel(mask, twins);
  const classifier = (await toClassifier(nativeRuntime(), model, {})) as unknown as DifferentiableClassifier;
  const { noise } = mask;
  if (noise === undefined) return classifier;
  let state = 1;
  const draw = () => {
    state = (48271 * state) % (2 ** 31 - 1);
    return noise * (2 * (state / 2 ** 31) - 1);
  };
  return seeing(classifier, (image) => image.map((value) => value + draw()));
}

async function main(): Promise<void> {
  const engine = await startTraining();
  const training = readCollection('clothes', 'train', trainingImages);
  const images = heldOut('clothes', testedImages);
  const [plain] = masks as [Mask];
  const ordinary = [await trainTwin(plain, training, 1), await trainTwin(plain, training, 101)];
  const rows: string[] = [];
  for (const mask of masks) {
    const twins = mask.training ? [await trainTwin(mask, training, 1)] : ordinary.slice(0, mask.voters ?? 1);
    const classifier = await openMasked(mask, twins);
    const cells: string[] = [];
    for (const plan of plans) cells.push(await outcomeOf(plan, classifier, images));
    rows.push(`| ${mask.name} | ${cells.join(' | ')} |`);
    console.log(rows.at(-1));
  }
  const passed = rows.filter((row) => row.includes('**passed**')).length;
  await writeResults('Networks that mask their gradients', [
    `${new Date().toISOString().slice(0, 10)}, trained on ${engine}, attacked as ONNX models. Tests of ${passed} of ${rows.length - 1} networks pass.`,
    '',
    `Convolutional networks, trained on ${trainingImages} images of clothes and tested on ${testedImages} others at ${Math.round(255 * epsilon)}/255, each hiding its gradients in another way. Every test expects a robust accuracy of ${formatPercent(expected)}, which the plain network does not have. Cells state the verdict, the robust accuracy that was measured, and the findings.`,
    '',
    `| network | ${plans.map(({ name }) => name).join(' | ')} |`,
    `|---|${plans.map(() => '---|').join('')}`,
    ...rows,
  ]);
}

await main();
