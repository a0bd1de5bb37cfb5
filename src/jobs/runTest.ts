import { fitTo, stretching } from '../data/resizing.ts';
import { type OpenedGuard, openGuard } from '../defenses/guard/guard.ts';
import type { Progress } from '../engine/protocol.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { attackers, type DetectorSource, type TestPlan } from '../evaluation/plan.ts';
import { planImages } from '../evaluation/planImages.ts';
import { compare } from '../evaluation/verdict.ts';
import { appendExample } from '../reports/appendExample.ts';
import { describeOutcome, type EngineLocation, type TestReport } from '../reports/report.ts';
import { dropUnfinishedLine } from '../reports/runFolder.ts';
import { unstartedReport } from '../reports/unstartedReport.ts';
import { writePictures } from '../reports/writePictures.ts';
import { describeError } from '../userError.ts';
import { auditTest } from './auditTest.ts';
import type { ModelCache } from './modelCache.ts';

/** What a test runs with. */
export interface TestContext {
  readonly models: ModelCache;
  /** The run folder. */
  readonly folder: string;
  readonly location: EngineLocation;
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
}

/** Runs one test to its report; rejects only when it was cancelled. */
export async function runTest(plan: TestPlan, context: TestContext): Promise<TestReport> {
  const { models, folder, location, signal } = context;
  const start = performance.now();
  let report = unstartedReport(plan, location);
  let guard: OpenedGuard | undefined;
  const elapsed = () => Math.round(performance.now() - start) / 1000;
  try {
    context.progress({ test: plan.id, phase: 'loading', done: 0, total: 0 });
    const { classifier, sha256, preprocessing, notes: modelNotes } = await models.open(plan.model);
    const resizing = fitTo(classifier.input, plan.model.resizing ?? stretching);
    const model = {
      ...report.model,
      sha256,
      input: classifier.input,
      classes: classifier.classes,
      preprocessing,
      resizing,
      notes: modelNotes,
    };
    report = { ...report, model, engine: { name: classifier.engine, location } };
    if (plan.detector) {
      guard = await openGuard(plan.detector, classifier, sha256);
      report = { ...report, detector: describeDetector(plan, plan.detector, guard) };
    }
    await dropUnfinishedLine(folder);
    const { images, notes } = await planImages(plan, classifier);
    report = { ...report, dataset: { ...report.dataset, images: images.length, notes } };
    const total = images.length * Math.max(1, plan.epsilons.length) * (guard ? attackers.length : 1);
    let done = 0;
    const advance = () => context.progress({ test: plan.id, phase: 'attacking', done: done++, total });
    advance();
    const rounds = await evaluate(plan, {
      classifier,
      ...(guard && { guard }),
      images,
      signal,
      onExample: async (example, epsilon) => {
        await appendExample(folder, { plan, modelSha256: sha256, shape: classifier.input }, example, epsilon);
        advance();
      },
      onOther: advance,
      onAttacked: async (options) => {
        if (!plan.audit) return;
        const onCheck = (done: number, total: number) =>
          context.progress({ test: plan.id, phase: 'auditing', done, total });
        report = { ...report, ...(await auditTest(plan, classifier, { ...options, onCheck })) };
      },
    });
    const comparisons = compare(plan, rounds);
    const last = rounds.at(-1);
    return {
      ...report,
      status: comparisons.every(({ met }) => met) ? 'passed' : 'failed',
      message: describeOutcome(comparisons, rounds, plan.norm, report.attack.kind, report.detector),
      attack: { ...report.attack, parameters: last?.parameters ?? {} },
      comparisons,
      ...(last ? { metrics: last.metrics } : {}),
      rounds,
      pictures: await writePictures(folder, plan.id),
      warnings: [...new Set([...rounds.flatMap(({ warnings }) => warnings), ...report.warnings])],
      queries: {
        points: rounds.reduce((sum, { queries }) => sum + queries.points, 0),
        gradients: rounds.reduce((sum, { queries }) => sum + queries.gradients, 0),
      },
      time: elapsed(),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { ...report, message: describeError(error), time: elapsed() };
  } finally {
    guard?.opened.detector.dispose?.();
  }
}

function describeDetector(
  { attack, attacker = 'adaptive' }: TestPlan,
  { name, path }: DetectorSource,
  { opened: { kind, definition, threshold, falsePositiveRate, seen } }: OpenedGuard,
): TestReport['detector'] {
  const { title } = definition;
  return { name, path, attacker, kind, title, threshold, falsePositiveRate, seen: seen.includes(attack) };
}
