import path from 'node:path';
import { createGoal, isReachedBy } from '../attacks/goal.ts';
import type { Counterexample } from '../corpus/counterexample.ts';
import { encodeDelta } from '../corpus/delta.ts';
import { inputDigest, relativeTo } from '../corpus/original.ts';
import { nearestIn } from '../corpus/shrink.ts';
import type { Pixels } from '../data/image.ts';
import { readImage } from '../data/readImage.ts';
import { fitTo, stretching } from '../data/resizing.ts';
import { openGuarded } from '../defenses/guard/openGuarded.ts';
import { openPurified } from '../defenses/purifiers/openPurified.ts';
import { identityOf } from '../evaluation/identity.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { distances, type Norm } from '../geometry/norms.ts';
import { eachExample } from '../reports/examples.ts';
import type { ExampleReport } from '../reports/report.ts';
import type { Subject } from '../runner/conversation.ts';
import { type Judgment, type Victim, victimOf } from '../runner/victim.ts';
import { UserError } from '../userError.ts';
import type { JobContext } from './job.ts';

/** Which examples of a run to keep. */
export interface KeepRequest {
  /** The test, as the settings define it today: an attack on the images of a dataset. */
  readonly plan: TestPlan;
  /** The run folder. */
  readonly run: string;
  /** The folder to keep them in; nothing is written there. */
  readonly folder: string;
  /** The identities of those that are wanted; all that fooled the model if missing. */
  readonly identities?: readonly string[];
}

/** What there is to keep. */
export interface Kept {
  readonly counterexamples: readonly Counterexample[];
  /** What could not be kept, or not shrunk, and why. */
  readonly notes: readonly string[];
}

/** How many images were attacked again. */
export interface KeepProgress {
  readonly done: number;
  readonly total: number;
}

/** An example that is kept, and how far its kept image is from the original in the norm of the test. */
interface Found {
  readonly example: ExampleReport;
  readonly kept: Counterexample;
  readonly distance: number;
}

/**
 * Makes counterexamples of the images that fooled the model in a run, without running it again: each shrunk in the norm of
 * its test, and to few pixels.
 * @throws UserError when the model, the test, or an original is not what it was in the run; the signal's reason when it
 * aborts.
 */
export async function keepCounterexamples(
  request: KeepRequest,
  { models, signal, onProgress }: JobContext<KeepProgress>,
): Promise<Kept> {
  const { plan } = request;
  const { norm } = plan.attacks[0].choice;
  const { examples, offGrid } = await fooledIn(request);
  const { classifier, sha256: model } = await models.open(plan.model);
  const guarded = plan.detector && (await openGuarded(plan.detector, classifier, model, true));
  const purified = plan.purifier && (await openPurified(plan.purifier.path, classifier, model, models.computing));
  try {
    const judge = guarded ? guarded.judge : victimOf(purified?.classifier ?? classifier);
    const victim = guarded ? guarded.attacked.adaptive[0] : judge;
    const fit = fitTo(judge.input, plan.model.resizing ?? stretching);
    const load = async ({ image, sha256 }: ExampleReport): Promise<Pixels> => {
      const original = await readImage(image, judge.input, fit);
      if (original.sha256 === sha256) return original.pixels;
      throw new UserError(`${image} has changed since the run. Run the test again, and keep what it finds.`);
    };
    let found: Found[] = [];
    for (const example of examples) {
      signal.throwIfAborted();
      const one = await asFound(example, await load(example), { ...request, judge, model });
      if (one) found.push(one);
    }
    let done = 0;
    const total = found.length * (norm === 'l0' ? 1 : 2);
    /** The same, with what was found nearer in a norm. */
    const nearer = async (searched: Norm, take: (one: Found, delta: string, distance: number) => Found) => {
      async function* subjects(): AsyncGenerator<Subject> {
        for (const { example } of found) {
          onProgress({ done: done++, total });
          yield { image: await load(example), goal: goalOf(example, judge), seed: example.seed };
        }
      }
      const shrunk = [...found];
      for await (const { index, point, distance } of nearestIn(searched, subjects(), { victim, judge, signal })) {
        const one = found[index] as Found;
        shrunk[index] = take(one, encodeDelta(await load(one.example), point), distance);
      }
      return shrunk;
    };
    const lost = examples.length - found.length;
    // What was crafted on a surrogate stays what that attack came to.
    if (plan.surrogates === undefined) {
      found = await nearer(norm, (one, witness, distance) =>
        distance < one.distance ? { ...one, kept: { ...one.kept, witness }, distance } : one,
      );
    }
    if (norm !== 'l0') found = await nearer('l0', (one, sparse) => ({ ...one, kept: { ...one.kept, sparse } }));
    return {
      counterexamples: found.map(({ kept }) => kept),
      notes: [
        ...(offGrid > 0 ? [`not kept, since they fool the model off the 8-bit grid only: ${offGrid}`] : []),
        ...(lost > 0 ? [`not kept, since they do not fool the model any more: ${lost}`] : []),
        ...(victim.access === 'gradients' ? [] : ['not shrunk, since the model gives no gradients']),
      ],
    };
  } finally {
    guarded?.opened.detector.dispose?.();
    purified?.dispose();
  }
}

/** The examples of a run that fooled the model, each at the smallest budget at which it did. */
async function fooledIn({
  run,
  plan: { id },
  identities,
}: KeepRequest): Promise<{ examples: readonly ExampleReport[]; offGrid: number }> {
  const wanted = identities && new Set(identities);
  const found = new Map<string, ExampleReport>();
  let offGrid = 0;
  for await (const example of eachExample(run)) {
    const { test, status, identity, adversarialImage, onGrid, epsilon = 0 } = example;
    if (test !== id || status !== 'fooled' || wanted?.has(identity) === false) continue;
    if (adversarialImage === null || onGrid?.success === false) offGrid++;
    else if (epsilon < (found.get(identity)?.epsilon ?? Infinity)) found.set(identity, example);
  }
  return { examples: [...found.values()], offGrid };
}

/**
 * An example as it is kept before it is shrunk; `undefined` where it does not fool the model any more.
 * @throws UserError when the model or the norm is not that of the run.
 */
async function asFound(
  example: ExampleReport,
  original: Pixels,
  { plan, run, folder, judge, model }: KeepRequest & { readonly judge: Victim; readonly model: string },
): Promise<Found | undefined> {
  const { test, identity, sha256, label, target, epsilon } = example;
  const { norm } = plan.attacks[0].choice;
  if (identityOf({ sha256, label, target, norm, model }) !== identity) {
    throw new UserError(
      `${test} is not what it was in the run: the model ${plan.model.path} or the norm of the test has changed. Run the test again, and keep what it finds.`,
    );
  }
  const { pixels } = await readImage(path.join(run, example.adversarialImage as string), judge.input);
  const [{ decision, rejected }] = (await judge.judge([pixels])) as [Judgment];
  if (!isReachedBy(goalOf(example, judge), decision) || rejected) return undefined;
  const kept: Counterexample = {
    identity,
    test,
    image: relativeTo(folder, example.image),
    sha256,
    input: inputDigest(original, judge.input),
    label,
    ...(target !== undefined && { target }),
    norm,
    ...(epsilon !== undefined && { epsilon }),
    model,
    witness: encodeDelta(original, pixels),
  };
  return { example, kept, distance: distances(original, pixels, judge.input.channels)[norm] };
}

function goalOf({ label, target }: ExampleReport, { classes }: Victim) {
  return createGoal(classes.indexOf(label), target === undefined ? undefined : classes.indexOf(target));
}
