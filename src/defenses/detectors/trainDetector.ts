import { catalog } from '../../attacks/catalog.ts';
import { type LabeledImage, listExamples, readImages } from '../../data/loadExamples.ts';
import { claimFolder } from '../../data/ownFolder.ts';
import { fitTo, stretching } from '../../data/resizing.ts';
import { sample } from '../../data/sample.ts';
import { type DifferentiableClassifier, isDifferentiable } from '../../models/classifier.ts';
import type { OpenedModel } from '../../models/openedModel.ts';
import { completeParameters } from '../../parameters/complete.ts';
import type { ConfiguredAttack } from '../../runner/configuredAttack.ts';
import { judgeAll, victimOf } from '../../runner/victim.ts';
import { UserError } from '../../userError.ts';
import { type CraftedExample, craftExamples } from '../crafting/craftExamples.ts';
import type { DetectorPlan } from '../plan.ts';
import type { TrainingProgress } from '../progress.ts';
import { detectors } from './catalog.ts';
import type { DetectorExamples } from './detectorDefinition.ts';
import { detectorFiles, writeDetector } from './detectorFile.ts';
import type { AttackDetection, DetectorReport } from './report.ts';
import { scoreAll } from './scoreAll.ts';
import { separate, thresholdAt } from './separation.ts';

/** What training works with. */
export interface TrainingContext {
  readonly signal: AbortSignal;
  onProgress(progress: TrainingProgress): void;
}

/** Fewer images that the model gets right are too few to learn from, to set the threshold, and to evaluate on. */
const fewest = 8;

/** An image that the model gets right. */
type RightImage = LabeledImage & { readonly label: number };

/**
 * Fits a detector to a model and writes it. Of the images that the model gets right, it learns from half, sets the
 * threshold by a quarter, and is evaluated on a quarter: images that it has seen score lower than others.
 * @throws UserError when model, images or attacks leave nothing to learn from, or the folder cannot be written; the
 * signal's reason when it aborts.
 */
export async function trainDetector(
  plan: DetectorPlan,
  { classifier, sha256 }: Pick<OpenedModel, 'classifier' | 'sha256'>,
  { signal, onProgress }: TrainingContext,
): Promise<DetectorReport> {
  const start = performance.now();
  const tell = (phase: TrainingProgress['phase'], step = 0, steps = 0, loss?: number) =>
    onProgress({
      name: plan.name,
      phase,
      step,
      steps,
      ...(loss !== undefined && { point: { epoch: steps > 0 ? step / steps : 0, loss } }),
    });
  const definition = detectors.get(plan.kind);
  if (definition === undefined) throw new UserError(`There is no detector "${plan.kind}".`);
  if (!isDifferentiable(classifier)) {
    throw new UserError(
      `A detector reads the model's inner values, which are not available: ${classifier.obstacle ?? 'it gives no gradients'}.`,
    );
  }
  tell('loading');
  await claimFolder(plan.path, { holds: `the detector "${plan.name}"`, contents: detectorFiles });
  const { right, wrong } = await eligibleImages(plan, classifier, signal);
  const { learning, setting, judging } = divide(right, plan.seed);
  const parameters = completeParameters(definition, plan.parameters, plan.preset);
  const learnsFromAttacks =
    definition.learnsFrom === 'adversarial' || definition.wantsAdversarial?.(parameters) === true;

  // The examples of an attacker who knows nothing of the detector.
  const victim = victimOf(definition.views?.unaware(classifier) ?? classifier);
  const all = [...plan.attacks, ...plan.heldOut];
  const rounds = all.length + (learnsFromAttacks ? plan.attacks.length : 0);
  let round = 0;
  const craft = async (images: readonly RightImage[], attack: ConfiguredAttack) => {
    const from = round++;
    return craftExamples(victim, images, [attack], {
      seed: plan.seed,
      signal,
      onProgress: (done, total) => tell('crafting', from * total + done, rounds * total),
    });
  };
  const adversarial: CraftedExample[] = [];
  if (learnsFromAttacks) {
    for (const attack of plan.attacks) adversarial.push(...(await craft(learning, attack)));
    if (adversarial.length === 0) {
      throw new UserError(
        `None of the attacks (${plan.attacks.map(({ attack }) => attack).join(', ')}) fooled the model on any of ${learning.length} images, so there is nothing to learn from. Give the attacks a larger "epsilon".`,
      );
    }
  }
  const judged: { attack: ConfiguredAttack; examples: readonly CraftedExample[] }[] = [];
  for (const attack of all) judged.push({ attack, examples: await craft(judging, attack) });

  const examples: DetectorExamples = { clean: learning, adversarial };
  tell('training');
  const state = await definition.fit(examples, parameters, {
    classifier,
    seed: plan.seed,
    signal,
    onProgress: (fraction, loss) => tell('training', Math.round(100 * fraction), 100, loss),
  });
  const detector = await definition.bind(state, parameters, classifier);

  const measured = judged.length + 2;
  tell('measuring', 0, measured);
  const cleanScores = await scoreAll(detector, setting, classifier, signal);
  tell('measuring', 1, measured);
  const unseenScores = await scoreAll(detector, judging, classifier, signal);
  const threshold = thresholdAt(cleanScores, plan.falsePositiveRate);
  if (!Number.isFinite(threshold)) {
    throw new UserError(
      'The scores of clean images are not finite numbers, so no threshold can be set. Check the parameters of the detector.',
    );
  }
  const attacks: AttackDetection[] = [];
  for (const [i, { attack, examples }] of judged.entries()) {
    tell('measuring', 2 + i, measured);
    const scores = await scoreAll(detector, examples, classifier, signal);
    const isSeen = learnsFromAttacks && i < plan.attacks.length;
    attacks.push(describeDetection(attack, isSeen, unseenScores, scores));
  }
  detector.dispose?.();
  const report: Omit<DetectorReport, 'file' | 'time'> = {
    name: plan.name,
    kind: plan.kind,
    title: definition.title,
    model: { name: plan.model.name, path: plan.model.path, sha256 },
    threshold,
    falsePositiveRate: plan.falsePositiveRate,
    clean: { images: judging.length, rejected: unseenScores.filter((score) => !(score <= threshold)).length },
    attacks,
    warnings: warningsOf(setting.length, plan.falsePositiveRate, wrong, attacks),
  };
  const facts = {
    kind: plan.kind,
    model: { name: plan.model.name, sha256 },
    preset: plan.preset,
    parameters,
    threshold,
    scale: spreadOf(cleanScores),
    falsePositiveRate: plan.falsePositiveRate,
    seen: learnsFromAttacks ? [...new Set(plan.attacks.map(({ attack }) => attack))] : [],
  };
  const file = await writeDetector(plan.path, facts, state, report);
  return { ...report, file, time: Math.round(performance.now() - start) / 1000 };
}

/** The images of the plan's dataset that the model gets right, and how many it gets wrong. */
async function eligibleImages(plan: DetectorPlan, classifier: DifferentiableClassifier, signal: AbortSignal) {
  const { files } = await listExamples({
    dataset: plan.dataset,
    classNames: classifier.classes,
    seed: plan.seed,
  });
  const resizing = plan.model.resizing ?? stretching;
  fitTo(classifier.input, resizing);
  const { images } = await readImages(
    files,
    plan.dataset,
    { shape: classifier.input, resizing, signal },
    (image) => image,
  );
  const judgments = await judgeAll(victimOf(classifier), images, ({ pixels }) => pixels, signal);
  const right = images.filter((image, i): image is RightImage => image.label === judgments[i]?.decision);
  const { path } = plan.dataset;
  if (right.length < fewest) {
    throw new UserError(
      `${path}: the model gets ${right.length} of ${images.length} images right, but a detector needs at least ${fewest}. Give it more images, or check labels and preprocessing.`,
    );
  }
  const classes = new Set(right.map(({ label }) => label));
  if (classes.size < 2) {
    throw new UserError(
      `${path}: all images that the model gets right are of one class, "${classifier.classes[right[0]?.label as number]}". A detector trained on them would take every other class for an attack: add images of other classes.`,
    );
  }
  return { right, wrong: images.length - right.length };
}

/** Halves and quarters with the classes spread as evenly as possible. */
function divide(images: readonly RightImage[], seed: number) {
  const classOf = ({ label }: RightImage) => label;
  const learning = sample(images, classOf, Math.ceil(images.length / 2), seed);
  const rest = images.filter((image) => !learning.includes(image));
  const setting = sample(rest, classOf, Math.ceil(rest.length / 2), seed);
  return { learning, setting, judging: rest.filter((image) => !setting.includes(image)) };
}

function describeDetection(
  { attack, choice: { norm, epsilon } }: ConfiguredAttack,
  seen: boolean,
  clean: readonly number[],
  adversarial: readonly number[],
): AttackDetection {
  const title = catalog.get(attack)?.title ?? attack;
  const separation =
    adversarial.length > 0 ? separate(clean, adversarial) : { roc: [], auroc: 0, detectedAt1: 0, detectedAt5: 0 };
  return {
    attack,
    title,
    norm,
    ...(epsilon !== undefined && { epsilon }),
    seen,
    examples: adversarial.length,
    ...separation,
  };
}

/** The standard deviation of scores; 1 if they do not differ. */
function spreadOf(scores: readonly number[]): number {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  return Math.sqrt(variance) || 1;
}

function warningsOf(
  images: number,
  falsePositiveRate: number,
  wrong: number,
  attacks: readonly AttackDetection[],
): string[] {
  const warnings: string[] = [];
  if (images * falsePositiveRate < 1) {
    const shown = `${100 * falsePositiveRate}%`;
    warnings.push(
      `The threshold is the highest score of ${images} clean images: too few to find the one that rejects ${shown} of them. Use at least ${Math.ceil(4 / falsePositiveRate)} images, a quarter of which sets the threshold.`,
    );
  }
  if (wrong > 0)
    warnings.push(`${wrong} ${wrong === 1 ? 'image was' : 'images were'} left out: the model gets them wrong.`);
  for (const { title, examples } of attacks) {
    if (examples === 0) warnings.push(`${title} fooled the model on no image, so its detection cannot be measured.`);
  }
  return warnings;
}
