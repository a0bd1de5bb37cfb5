import { createGoal } from '../attacks/goal.ts';
import { readCounterexamples } from '../corpus/counterexample.ts';
import { type Receiving, revive } from '../corpus/original.ts';
import type { Replay } from '../corpus/replay.ts';
import { states } from '../corpus/states.ts';
import { inMemory, type StoredImage } from '../data/storedImage.ts';
import { exampleOf, judgePoint } from '../evaluation/example.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { type ExampleContext, saveExample } from '../reports/appendExample.ts';
import type { ExampleReport } from '../reports/report.ts';
import { exampleSeed } from '../runner/exampleSeed.ts';
import { normsWithin } from '../runner/projection.ts';
import type { Judgment, Victim } from '../runner/victim.ts';

/** Of a test: more pictures than anyone looks at would take longer than trying them. */
const mostShown = 50;

/** What known counterexamples are shown with. */
export interface ShowOptions extends ExampleContext, Receiving {
  /** The run folder. */
  readonly run: string;
  readonly judge: Victim;
  /** The images of the test. */
  readonly images: readonly StoredImage[];
  readonly signal: AbortSignal;
}

/**
 * Reports the known counterexamples whose originals are not among the images of a test, as they were kept, and saves their
 * pictures: what fools a model can be looked at whatever images a run was about. Of many the 50 that matter most are (in the
 * order of `states`). They come after the images of the test, and count in no figure.
 * @throws UserError as `revive` does, or when the run folder cannot be written; the signal's reason when that aborts.
 */
export async function showKnown({ examples }: Replay, options: ShowOptions): Promise<ExampleReport[]> {
  const { plan, run, judge, images, signal } = options;
  const folder = plan.robustness as string;
  const seen = new Set(images.map(({ file }) => file));
  const outside = examples
    .filter(({ image }) => !seen.has(image))
    .toSorted((a, b) => states.indexOf(a.state) - states.indexOf(b.state))
    .slice(0, mostShown);
  const identities = new Set(outside.map(({ identity }) => identity));
  const known = (await readCounterexamples(folder)).filter(
    ({ test, identity }) => test === plan.id && identities.has(identity),
  );
  const shown: ExampleReport[] = [];
  for (const one of known) {
    signal.throwIfAborted();
    const { file, original, adversarial } = await revive(one, folder, options);
    const [label = 0, target] = [one.label, one.target].map((name) => name && judge.classes.indexOf(name)) as number[];
    const goal = createGoal(label, one.target === undefined ? undefined : target);
    const [clean] = (await judge.judge([original])) as [Judgment];
    const seed = exampleSeed(plan.seed, one.sha256);
    const found = await judgePoint(adversarial, { image: original, goal, seed }, judge);
    const image = inMemory({ file, sha256: one.sha256, pixels: original, label, notes: [] });
    const example = exampleOf(
      { index: images.length + shown.length, image, goal, clean, seed },
      found.success ? 'fooled' : 'held',
      judge,
      { adversarial: found, queries: { points: 0, gradients: 0 } },
    );
    shown.push({
      ...(await saveExample(run, options, example, budgetOf(plan, original, adversarial, judge))),
      isOutside: true,
    });
  }
  return shown;
}

/** The smallest budget of a test that a kept image is within; `undefined` where the test has none. */
function budgetOf({ attacks }: TestPlan, original: Float32Array, kept: Float32Array, { input }: Victim) {
  const within = attacks.filter(({ budget }) => normsWithin(original, kept, budget, input.channels) !== undefined);
  const epsilons = within.flatMap(({ choice }) => choice.epsilon ?? []);
  return epsilons.length === 0 ? undefined : Math.min(...epsilons);
}
