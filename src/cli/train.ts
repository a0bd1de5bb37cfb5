import type { DetectorReport } from '../defenses/detectors/report.ts';
import type { TrainingProgress } from '../defenses/progress.ts';
import type { SurrogateReport } from '../defenses/surrogates/report.ts';
import type { DefenseReport } from '../defenses/training/report.ts';
import type { CallOptions } from '../engine/client.ts';
import { hide } from '../secrets.ts';
import { findDefense, findDetector, findSurrogate } from '../settings/findSource.ts';
import { readWorkspace } from '../settings/readSettings.ts';
import type { Workspace } from '../settings/settingsLayer.ts';
import { UserError } from '../userError.ts';
import { startEngine } from './engine.ts';
import { printable } from './printable.ts';
import { TrainingBar } from './progressBar.ts';
import { formatDefense, formatDetector, formatSurrogate } from './trainingTables.ts';

/** What to train, by name. */
export interface TrainOptions {
  readonly defense?: readonly string[];
  readonly surrogate?: readonly string[];
  readonly detector?: readonly string[];
  readonly json?: boolean;
}

/** What is printed as JSON. */
interface Reports {
  readonly defenses: DefenseReport[];
  readonly surrogates: SurrogateReport[];
  readonly detectors: DetectorReport[];
}

/**
 * Hardens models, then trains surrogates, then detectors, one at a time, and prints the results of each.
 * @throws UserError when nothing is named, a name is not defined or has a mistake (nothing is trained then), when a
 * training fails, or when it was interrupted.
 */
export async function train(
  path: string,
  { defense = [], surrogate = [], detector = [], json }: TrainOptions,
): Promise<void> {
  const workspace = await readWorkspace(path);
  if (defense.length + surrogate.length + detector.length === 0) throw new UserError(whatThereIs(workspace));
  const defensePlans = defense.map((name) => findDefense(workspace, name).source);
  const surrogatePlans = surrogate.map((name) => findSurrogate(workspace, name).source);
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
  const reports: Reports = { defenses: [], surrogates: [], detectors: [] };
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

/** A message that lists what can be trained. */
function whatThereIs({ layers }: Workspace): string {
  const list = (setting: 'perturb.defenses' | 'perturb.surrogates' | 'perturb.detectors') =>
    layers.flatMap(({ values }) => Object.keys(values[setting])).join(', ');
  const [defenses, surrogates] = [list('perturb.defenses'), list('perturb.surrogates')];
  const detectors = list('perturb.detectors');
  if (!defenses && !surrogates && !detectors) {
    return 'The settings define nothing to train. Add a defense under "perturb.defenses", a surrogate under "perturb.surrogates", or a detector under "perturb.detectors".';
  }
  return [
    'Specify what to train with --defense NAME, --surrogate NAME, or --detector NAME.',
    defenses ? ` Defenses: ${defenses}.` : '',
    surrogates ? ` Surrogates: ${surrogates}.` : '',
    detectors ? ` Detectors: ${detectors}.` : '',
  ].join('');
}
