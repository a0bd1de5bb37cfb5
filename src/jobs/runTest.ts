import { underAudit } from '../audit/underAudit.ts';
import { readCounterexamples } from '../corpus/counterexample.ts';
import { type Replay, type ReplayOptions, replay, type Tried } from '../corpus/replay.ts';
import { fitTo, stretching } from '../data/resizing.ts';
import { type OpenedGenerator, openGenerator } from '../defenses/generators/openGenerator.ts';
import type { DetectorSource } from '../defenses/guard/attacker.ts';
import { type Guarded, openGuarded } from '../defenses/guard/openGuarded.ts';
import { type OpenedPurified, openPurified } from '../defenses/purifiers/openPurified.ts';
import { type EvaluationOptions, evaluate, evaluateShare } from '../evaluation/evaluate.ts';
import { generatorOf, type TestPlan } from '../evaluation/plan.ts';
import { planImages } from '../evaluation/planImages.ts';
import { placesIn, type Share } from '../evaluation/share.ts';
import { conclude } from '../evaluation/verdict.ts';
import type { Classifier } from '../models/classifier.ts';
import type { Remote } from '../models/openedModel.ts';
import { appendExample } from '../reports/appendExample.ts';
import { describeEnrolled } from '../reports/describeEnrolled.ts';
import { dropUnfinishedLine, filterExamples } from '../reports/examples.ts';
import { appendFinished, dropFinished, readFinished } from '../reports/finishedImages.ts';
import { describeOutcome } from '../reports/outcome.ts';
import type { TestReport } from '../reports/report.ts';
import { answersFile } from '../reports/runFolder.ts';
import { unstartedReport } from '../reports/unstartedReport.ts';
import { writePictures } from '../reports/writePictures.ts';
import { definitionOf, namesOf } from '../runner/configuredAttack.ts';
import { Stopwatch } from '../runner/stopwatch.ts';
import { describeError, UserError } from '../userError.ts';
import { auditTest } from './auditTest.ts';
import type { JobContext } from './job.ts';
import { openSurrogates, type Surrogates } from './openSurrogates.ts';
import { opponentsOf } from './opponents.ts';
import { showKnown } from './showKnown.ts';

/**
 * A test, and the run folder that its examples are saved into as they finish. What the folder says of finished images is
 * taken as it is: whoever goes on with a test has seen to it that it holds.
 */
export interface TestRequest {
  readonly plan: TestPlan;
  readonly folder: string;
  /**
   * Only the images of a share: they are attacked, and nothing is concluded from them. Or all, which shards have attacked:
   * they are only evaluated.
   */
  readonly part?: Share | 'attacked';
}

/** How far a test has got. */
export interface TestProgress {
  /** Id of the test. */
  readonly test: string;
  readonly phase: 'loading' | 'attacking' | 'auditing';
  /** Examples finished, over all budgets, of `total`; of an audit its checks. */
  readonly done: number;
  readonly total: number;
  /** While loading: how many of the known counterexamples fool the model, as soon as they were tried. */
  readonly known?: Tried;
}

/** Runs one test to its report. What goes wrong with it is in its report (errored); rejects only when it was cancelled. */
export async function runTest(
  { plan, folder, part }: TestRequest,
  { models, location, signal, onProgress }: JobContext<TestProgress>,
): Promise<TestReport> {
  const start = performance.now();
  const definition = definitionOf(plan.attacks[0].attack);
  let report = unstartedReport(plan, location);
  let guarded: Guarded | undefined;
  let surrogates: Surrogates | undefined;
  let generator: OpenedGenerator | undefined;
  let purified: OpenedPurified | undefined;
  let kept: Awaited<ReturnType<Remote['keepAnswers']>> | undefined;
  const watch = new Stopwatch('opening');
  const elapsed = () => Math.round(performance.now() - start) / 1000;
  try {
    onProgress({ test: plan.id, phase: 'loading', done: 0, total: 0 });
    const { classifier: opened, sha256, preprocessing, notes: modelNotes, remote } = await models.open(plan.model);
    kept = await remote?.keepAnswers(answersFile(folder, plan.id));
    const classifier = kept?.classifier ?? opened;
    checkGrid(plan, classifier);
    const resizing = fitTo(classifier.input, plan.model.resizing ?? stretching);
    const model = {
      ...report.model,
      sha256,
      input: classifier.input,
      classes: classifier.classes,
      preprocessing,
      resizing,
      notes: modelNotes,
      ...(classifier.verification &&
        plan.model.enrolled && {
          enrolled: await describeEnrolled(folder, plan.model.enrolled.path, classifier.verification, classifier.input),
        }),
    };
    report = {
      ...report,
      model,
      engine: { name: classifier.engine, location },
      warnings: [...report.warnings, ...(kept?.isOther ? [otherAnswers] : [])],
    };
    if (plan.detector) {
      guarded = await openGuarded(plan.detector, classifier, sha256, definition.fixedBudget);
      report = { ...report, detector: describeDetector(plan, plan.detector, guarded) };
    }
    if (plan.purifier) {
      purified = await openPurified(plan.purifier.path, classifier, sha256, models.computing);
      const { kind, sha256: hash } = purified.facts;
      const { attacker = 'adaptive' } = plan;
      report = { ...report, purifier: { ...plan.purifier, attacker, kind, sha256: hash } };
    }
    if (plan.surrogates) {
      surrogates = await openSurrogates(plan.surrogates, classifier, models.computing);
      report = { ...report, surrogates: surrogates.facts };
    }
    const generatorFolder = generatorOf(plan);
    if (generatorFolder !== undefined) {
      generator = await openGenerator(generatorFolder, { classifier, sha256 }, plan.target, models.computing);
      const { name, sha256: hash, parameters } = generator.facts;
      report = { ...report, generator: { name, path: generatorFolder, sha256: hash } };
      if (plan.attacks.some(({ choice }) => (choice.epsilon ?? 0) > (parameters.epsilon as number)))
        report = { ...report, warnings: [...report.warnings, smallerBudget(parameters.epsilon as number)] };
    }
    watch.enter('reading');
    await dropUnfinishedLine(folder);
    if (kept?.isOther) await forget(folder, plan);
    watch.enter('judging');
    let reading: ReturnType<typeof planImages> | undefined;
    const readImages = () => (reading ??= watch.during('reading', () => planImages(plan, classifier)));
    const sides = opponentsOf(plan, classifier, { guarded, purified, surrogates }, watch);
    // What is known is told before all images are read, and mistakes in them before anything is attacked.
    const onTried = async (known: Tried) => {
      onProgress({ test: plan.id, phase: 'loading', done: 0, total: 0, known });
      await readImages();
    };
    // A share shows nothing of them: they are tried where all is evaluated.
    const counterexamples =
      typeof part === 'object'
        ? undefined
        : await replayKnown({
            ...{ plan, judge: sides.judge, victims: sides.opponents[0].victims, model: sha256 },
            ...{ input: classifier.input, resizing: plan.model.resizing ?? stretching, signal, onTried },
          });
    const { images, notes } = await readImages();
    report = {
      ...report,
      dataset: { ...report.dataset, images: images.length, notes },
      ...(counterexamples && { counterexamples }),
    };
    const finished = new Map((await readFinished(folder, plan.id)).map((image) => [image.index, image]));
    const share = part && (part === 'attacked' ? new Set<number>() : placesIn(part, images));
    const examplesEach = plan.attacks.length * sides.opponents.filter((one) => one !== undefined).length;
    const total = (share ? new Set([...share, ...finished.keys()]).size : images.length) * examplesEach;
    let done = finished.size * examplesEach;
    const advance = () => onProgress({ test: plan.id, phase: 'attacking', done: done++, total });
    advance();
    const options: EvaluationOptions = {
      ...sides,
      images,
      finished,
      ...(share && { share }),
      portion: batchesAtATime * classifier.batchSize,
      onFinished: (image) => watch.during('writing', () => appendFinished(folder, plan.id, image)),
      signal,
      watch,
      ...(generator && { generate: generator.generate }),
      onExample: async (example, epsilon) => {
        const context = { plan, modelSha256: sha256, shape: classifier.input };
        await watch.during('writing', () => appendExample(folder, context, example, epsilon));
        advance();
      },
      onOther: advance,
      onAttacked: async (options) => {
        if (!plan.audit) return;
        const onCheck = (done: number, total: number) => onProgress({ test: plan.id, phase: 'auditing', done, total });
        const conditions = { ...options, computing: models.computing, onCheck };
        report = { ...report, ...(await watch.throughout('audit', () => auditTest(plan, conditions))) };
      },
    };
    if (typeof part === 'object') {
      await evaluateShare(plan, options);
      if (remote && !(await remote.isUnchanged())) throw await changed(folder, plan);
      const message = 'A share of the images was attacked.';
      return { ...report, status: 'measured', message, time: elapsed(), profile: watch.profile };
    }
    const rounds = await evaluate(plan, options);
    if (remote && !(await remote.isUnchanged())) throw await changed(folder, plan);
    const conclusion = conclude(plan, rounds, classifier.classes.length);
    const { status, comparisons, objection } = underAudit(plan, conclusion, report.findings);
    const outcome = describeOutcome(comparisons, rounds, report.attack.norm, report.attack.kind, report);
    const last = rounds.at(-1);
    // What was measured stands, whatever becomes of its pictures.
    const notDrawn: string[] = [];
    watch.enter('writing');
    const drawn = <T>(pictures: Promise<T[]>, of: string) =>
      pictures.catch((error) => {
        signal.throwIfAborted();
        notDrawn.push(`There are no pictures${of}: ${describeError(error)}`);
        return [];
      });
    const pictures = await drawn(writePictures(folder, plan.id), '');
    const received = { input: classifier.input, resizing: plan.model.resizing ?? stretching };
    const context = { plan, modelSha256: sha256, shape: classifier.input };
    const shown = { ...context, ...received, run: folder, judge: sides.judge, images, signal };
    const knownExamples = counterexamples
      ? await drawn(showKnown(counterexamples, shown), ' of known counterexamples')
      : [];
    return {
      ...report,
      status,
      message: objection ?? outcome,
      attack: { ...report.attack, parameters: last?.parameters ?? {} },
      comparisons,
      ...(last ? { metrics: last.metrics } : {}),
      rounds,
      pictures,
      ...(knownExamples.length > 0 && { knownExamples }),
      warnings: [...new Set([...rounds.flatMap(({ warnings }) => warnings), ...report.warnings, ...notDrawn])],
      queries: {
        points: rounds.reduce((sum, { queries }) => sum + queries.points, 0),
        gradients: rounds.reduce((sum, { queries }) => sum + queries.gradients, 0),
      },
      time: elapsed(),
      profile: watch.profile,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { ...report, message: describeError(error), time: elapsed(), profile: watch.profile };
  } finally {
    guarded?.opened.detector.dispose?.();
    surrogates?.dispose();
    generator?.dispose();
    purified?.dispose();
    await kept?.close();
  }
}

/** Tries the counterexamples that are kept for a test; nothing where there are none. @throws as `replay` does. */
async function replayKnown(options: Omit<ReplayOptions, 'folder'>): Promise<Replay | undefined> {
  const { robustness: folder, id } = options.plan;
  if (folder === undefined) return undefined;
  const known = (await readCounterexamples(folder)).filter(({ test }) => test === id);
  return known.length === 0 ? undefined : replay(known, { ...options, folder });
}

/** So many that batches are full most of the time, and so few that little is lost where a run is killed. */
const batchesAtATime = 4;

const otherAnswers =
  'The model on the server is not the one that it was when this run was interrupted: the answers and the results that were kept are not used.';

/** Removes what a test has finished, so that it begins anew. */
async function forget(folder: string, { id }: TestPlan): Promise<void> {
  await dropFinished(folder, id);
  await filterExamples(folder, ({ test }) => test !== id);
}

function smallerBudget(epsilon: number): string {
  return `The generator was trained for a budget of ${Number(epsilon.toPrecision(3))}, and uses no more: at a larger one, its examples say little. Train one for that budget.`;
}

async function changed(folder: string, plan: TestPlan): Promise<UserError> {
  // Nobody knows which of the models it is of.
  await forget(folder, plan);
  return new UserError(
    `${plan.model.path}: the model on the server has changed during the test, so its answers are those of different models. Run the test again while nobody changes it.`,
  );
}

/** @throws UserError for examples off the 8-bit grid where the model never gets to see them. */
function checkGrid({ attacks, model: { path } }: TestPlan, { rounds = false }: Classifier): void {
  if (!rounds || attacks.every(({ choice }) => choice.quantize)) return;
  throw new UserError(
    `${path}: images are sent as 8-bit gray levels, so this model cannot be tested off the pixel grid. Remove "quantize" from the test, or send images as "tensor".`,
  );
}

function describeDetector(
  { attacks, attacker = 'adaptive' }: TestPlan,
  { name, path }: DetectorSource,
  { opened: { kind, definition, threshold, falsePositiveRate, seen } }: Guarded,
): TestReport['detector'] {
  const { title } = definition;
  return {
    name,
    path,
    attacker,
    kind,
    title,
    threshold,
    falsePositiveRate,
    seen: namesOf(attacks[0]).some((name) => seen.includes(name)),
  };
}
