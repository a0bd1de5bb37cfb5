import path from 'node:path';
import { createGoal, isReachedBy } from '../attacks/goal.ts';
import { kinds } from '../attacks/kind.ts';
import type { Counterexample } from '../corpus/counterexample.ts';
import { encodeDelta } from '../corpus/delta.ts';
import { inputDigest, relativeTo } from '../corpus/original.ts';
import { nearestIn } from '../corpus/shrink.ts';
import type { Pixels } from '../data/image.ts';
import { readImage } from '../data/readImage.ts';
import { fitTo, stretching } from '../data/resizing.ts';
import { openGuarded } from '../defenses/guard/openGuarded.ts';
import { identityOf } from '../evaluation/identity.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { distances } from '../geometry/norms.ts';
import { eachExample } from '../reports/examples.ts';
import type { ExampleReport } from '../reports/report.ts';
import { definitionOf } from '../runner/configuredAttack.ts';
import type { Subject } from '../runner/conversation.ts';
import { type Judgment, type Victim, victimOf } from '../runner/victim.ts';
import { UserError } from '../userError.ts';
import type { JobContext } from './job.ts';

/** Which examples of a run to keep. */
export interface KeepRequest {
  /** The test, as the settings define it today. */
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

/** How many of the examples are done. */
export interface KeepProgress {
  readonly done: number;
  readonly total: number;
}

/** An example as it is being shrunk. */
interface Shrinking {
  readonly example: ExampleReport;
  readonly input: string;
  /** In the norm of the test. */
  witness: string;
  distance: number;
  sparse?: string;
}

/**
 * Makes counterexamples of the images that fooled the model in a run, without running it again: each shrunk in the norm of
 * its test, and to few pixels.
 * @throws UserError when the model, the test, or an original is not what it was in the run; the signal's reason when it
 * aborts.
 */
export async function keepCounterexamples(
  { plan, run, folder, identities }: KeepRequest,
  { models, signal, onProgress }: JobContext<KeepProgress>,
): Promise<Kept> {
  const { choice, attack } = plan.attacks[0];
  const { norm } = choice;
  if (plan.dataset === undefined || !kinds[definitionOf(attack).kind].isAdversarial) {
    throw new UserError(`${plan.id}: only adversarial examples of a dataset's images can be kept.`);
  }
  const { examples, offGrid } = await fooledIn(run, plan, identities);
  const { classifier, sha256: model } = await models.open(plan.model);
  const { input, classes } = classifier;
  const guarded = plan.detector && (await openGuarded(plan.detector, classifier, model, true));
  try {
    const judge = guarded ? guarded.judge : victimOf(classifier);
    const victim = guarded ? guarded.attacked.adaptive[0] : judge;
    const fit = fitTo(input, plan.model.resizing ?? stretching);
    const load = async ({ image, sha256 }: ExampleReport): Promise<Pixels> => {
      const original = await readImage(image, input, fit);
      if (original.sha256 === sha256) return original.pixels;
      throw new UserError(`${image} has changed since the run. Run the test again, and keep what it finds.`);
    };
    const goalOf = ({ label, target }: ExampleReport) =>
      createGoal(classes.indexOf(label), target === undefined ? undefined : classes.indexOf(target));
    const all: Shrinking[] = [];
    let lost = 0;
    for (const example of examples) {
      signal.throwIfAborted();
      checkIdentity(plan, example, model);
      const original = await load(example);
      const { pixels } = await readImage(path.join(run, example.adversarialImage as string), input);
      const [{ decision, rejected }] = (await judge.judge([pixels])) as [Judgment];
      if (!isReachedBy(goalOf(example), decision) || rejected) lost++;
      else {
        const witness = encodeDelta(original, pixels);
        const distance = distances(original, pixels, input.channels)[norm];
        all.push({ example, input: inputDigest(original, input), witness, distance });
      }
    }
    const total = all.length * (norm === 'l0' ? 1 : 2);
    let done = 0;
    const shrinkIn = async (
      searched: typeof norm,
      attacked: Victim,
      take: (one: Shrinking, delta: string, distance: number) => void,
    ) => {
      async function* subjects(): AsyncGenerator<Subject> {
        for (const { example } of all) {
          onProgress({ done: done++, total });
          yield { image: await load(example), goal: goalOf(example), seed: example.seed };
        }
      }
      for await (const { index, point, distance } of nearestIn(searched, subjects(), {
        victim: attacked,
        judge,
        signal,
      })) {
        const one = all[index] as Shrinking;
        take(one, encodeDelta(await load(one.example), point), distance);
      }
    };
    // What was crafted on a surrogate stays what that attack came to.
    if (plan.surrogates === undefined) {
      await shrinkIn(norm, victim, (one, delta, distance) => {
        if (distance < one.distance) Object.assign(one, { witness: delta, distance });
      });
    }
    if (norm !== 'l0') await shrinkIn('l0', victim, (one, delta) => Object.assign(one, { sparse: delta }));
    return {
      counterexamples: all.map(
        ({ example, input, witness, sparse }): Counterexample => ({
          identity: example.identity,
          test: plan.id,
          image: relativeTo(folder, example.image),
          sha256: example.sha256,
          input,
          label: example.label,
          ...(example.target !== undefined && { target: example.target }),
          norm,
          ...(example.epsilon !== undefined && { epsilon: example.epsilon }),
          model,
          witness,
          ...(sparse !== undefined && { sparse }),
        }),
      ),
      notes: [
        ...(offGrid > 0 ? [`not kept, since they fool the model only off the 8-bit grid: ${offGrid}`] : []),
        ...(lost > 0 ? [`not kept, since they no longer fool the model: ${lost}`] : []),
        ...(victim.access === 'gradients'
          ? []
          : ['kept as they were found, since the model gives no gradients to shrink them by']),
      ],
    };
  } finally {
    guarded?.opened.detector.dispose?.();
  }
}

/** The examples of a run that fooled the model, each at the smallest budget at which it did. */
async function fooledIn(
  run: string,
  { id }: TestPlan,
  identities?: readonly string[],
): Promise<{ examples: readonly ExampleReport[]; offGrid: number }> {
  const wanted = identities && new Set(identities);
  const found = new Map<string, ExampleReport>();
  let offGrid = 0;
  for await (const example of eachExample(run)) {
    const { test, status, identity, adversarialImage, onGrid, epsilon = 0 } = example;
    if (test !== id || status !== 'fooled' || wanted?.has(identity) === false) continue;
    if (adversarialImage === null || onGrid?.success === false) offGrid++;
    else if (!(epsilon >= (found.get(identity)?.epsilon ?? Infinity))) found.set(identity, example);
  }
  return { examples: [...found.values()], offGrid };
}

function checkIdentity(
  { id, model: { path }, attacks: [{ choice }] }: TestPlan,
  example: ExampleReport,
  model: string,
): void {
  if (identityOf({ ...example, norm: choice.norm, model }) === example.identity) return;
  throw new UserError(
    `${id} is not what it was in the run: the model ${path} or the test's norm has changed. Run the test again, and keep what it finds.`,
  );
}
