import type { SurrogatePlan } from '../defenses/plan.ts';
import type { TrainingProgress } from '../defenses/progress.ts';
import type { SurrogateReport } from '../defenses/surrogates/report.ts';
import { hiding } from '../secrets.ts';
import type { JobContext } from './job.ts';

/**
 * Trains a surrogate and writes it; goes on where an earlier call was cancelled or killed.
 * @throws UserError when that cannot be done; the signal's reason when it aborts.
 */
export async function trainSurrogate(
  plan: SurrogatePlan,
  { models, signal, onProgress }: JobContext<TrainingProgress>,
): Promise<SurrogateReport> {
  // Loaded when it is called for: it takes a while, and most engines never train.
  const { trainSurrogate: train } = await import('../defenses/surrogates/trainSurrogate.ts');
  return hiding(plan.secrets, () => train(plan, { signal, computing: models.computing, onProgress }));
}
