import type { DetectorReport } from '../defenses/detectors/report.ts';
import type { GeneratorReport } from '../defenses/generators/report.ts';
import type { TrainingProgress } from '../defenses/progress.ts';
import type { SurrogateReport } from '../defenses/surrogates/report.ts';
import type { DefenseReport } from '../defenses/training/report.ts';
import type { CallOptions } from '../engine/client.ts';
import { hide } from '../secrets.ts';
import { findDefense, findDetector, findGenerator, findSurrogate } from '../settings/findSource.ts';
import { readWorkspace } from '../settings/readSettings.ts';
import type { Workspace } from '../settings/settingsLayer.ts';
import { UserError } from '../userError.ts';
import { startEngine } from './engine.ts';
import { printable } from './printable.ts';
import { TrainingBar } from './progressBar.ts';
import { formatDefense, formatDetector, formatGenerator, formatSurrogate } from './trainingTables.ts';

/** What to train, by name. */
export interface TrainOptions {
  readonly defense?: readonly string[];
  readonly surrogate?: readonly string[];
  readonly generator?: readonly string[];
  readonly detector?: readonly string[];
  readonly json?: boolean;
}

/** What is printed as JSON. */
interface Reports {
  readonly defenses: DefenseReport[];
  readonly surrogates: SurrogateReport[];
  readonly generators: GeneratorReport[];
  readonly detectors: DetectorReport[];
}

/**
 * Hardens models, then trains surrogates, then generators, then detectors, one at a time, and prints the results of each.
 * @throws UserError when nothing is named, a name is not defined or has a mistake (nothing is trained then), when a
 * training fails, or when it was interrupted.
 */
export async function train(
  path: string,
  { defense = [], surrogate = [], generator = [], detector = [], json }: TrainOptions,
): Promise<void> {
  const workspace = await readWorkspace(path);
  if ([defense, surrogate, generator, detector].every(({ length }) => length === 0))
    throw new UserError(whatThereIs(workspace));
  const defensePlans = defense.map((name) => findDefense(workspace, name).source);
  const surrogatePlans = surrogate.map((name) => findSurrogate(workspace, name).source);
  const generatorPlans = generator.map((name) => findGenerator(workspace, name).source);
  const detectorPlans = detector.map((name) => findDetector(workspace, name).source);

  const bar = new TrainingBar();
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new Error('interrupted'));
  process.once('SIGINT', stop);
  const engine = startEngine();
  const options: CallOptions<TrainingProgress> = {
    signal: interrupt.signal,
    onProgress: (progress) => bar.show(progress),
  };
  const reports: Reports = { defenses: [], surrogates: [], generators: [], detectors: [] };
  const resumable = 'Run the same command again to resume after the last completed step.';
  const jobs = [
    ...defensePlans.map((plan) => ({
      plan,
      interrupted: resumable,
      async work() {
        const report = hide(await engine.call('trainDefense', plan, options), plan.secrets);
        reports.defenses.push(report);
        return formatDefense(report);
      },
    })),
    ...surrogatePlans.map((plan) => ({
      plan,
      interrupted: resumable,
      async work() {
        const report = hide(await engine.call('trainSurrogate', plan, options), plan.secrets);
        reports.surrogates.push(report);
        return formatSurrogate(report);
      },
    })),
    ...generatorPlans.map((plan) => ({
      plan,
      interrupted: resumable,
      async work() {
        const report = hide(await engine.call('trainGenerator', plan, options), plan.secrets);
        reports.generators.push(report);
        return formatGenerator(report);
      },
    })),
    ...detectorPlans.map((plan) => ({
      plan,
      interrupted: 'No detector was saved.',
      async work() {
        const report = hide(await engine.call('trainDetector', plan, options), plan.secrets);
        reports.detectors.push(report);
        return formatDetector(report);
      },
    })),
  ];
  try {
    for (const { plan, interrupted, work } of jobs) {
      const table = await work()
        .catch((error) => {
          if (interrupt.signal.aborted) throw new UserError(`Interrupted while training ${plan.name}. ${interrupted}`);
          throw error;
        })
        .finally(() => bar.clear());
      if (!json) console.log(printable(table));
    }
  } finally {
    process.off('SIGINT', stop);
    engine.dispose();
  }
  if (json) console.log(JSON.stringify(reports, null, 2));
}

/** What can be trained: the setting that defines it, its option, and names for one and for several. */
const trainable = [
  ['perturb.defenses', '--defense', 'a defense', 'Defenses'],
  ['perturb.surrogates', '--surrogate', 'a surrogate', 'Surrogates'],
  ['perturb.generators', '--generator', 'a generator', 'Generators'],
  ['perturb.detectors', '--detector', 'a detector', 'Detectors'],
] as const;

/** A message that lists what can be trained. */
function whatThereIs({ layers }: Workspace): string {
  const listed = trainable.map(([setting, option, what, title]) => {
    const names = layers.flatMap(({ values }) => Object.keys(values[setting])).join(', ');
    return { setting, option, what, title, names };
  });
  const allOf = (words: readonly string[]) => `${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`;
  if (listed.every(({ names }) => names === '')) {
    return `The settings define nothing to train. Add ${allOf(listed.map(({ what, setting }) => `${what} under "${setting}"`))}.`;
  }
  const options = allOf(listed.map(({ option }) => `${option} NAME`));
  const there = listed.filter(({ names }) => names !== '').map(({ title, names }) => ` ${title}: ${names}.`);
  return `Specify what to train with ${options}.${there.join('')}`;
}
