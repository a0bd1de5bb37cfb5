import type { DefensePlan } from '../defenses/plan.ts';
import type { TrainingProgress } from '../defenses/progress.ts';
import type { DefenseReport } from '../defenses/training/report.ts';
import { hiding } from '../secrets.ts';
import type { JobContext } from './job.ts';

/**
 * Hardens a model and writes it; goes on where an earlier call was cancelled or killed.
 * @throws UserError when that cannot be done; the signal's reason when it aborts.
 */
export async function trainDefense(
  plan: DefensePlan,
  { models, signal, onProgress }: JobContext<TrainingProgress>,
): Promise<DefenseReport> {
  // Loaded when it is called for: it takes a while, and most engines never train.
  const { trainDefense: train } = await import('../defenses/training/trainDefense.ts');
  return hiding(plan.secrets, () => train(plan, { signal, computing: models.computing, onProgress }));
}
