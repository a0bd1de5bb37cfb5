import type { GeneratorReport } from '../defenses/generators/report.ts';
import type { GeneratorPlan } from '../defenses/plan.ts';
import type { TrainingProgress } from '../defenses/progress.ts';
import { hiding } from '../secrets.ts';
import type { JobContext } from './job.ts';

/**
 * Trains a generator and writes it; goes on where an earlier call was cancelled or killed.
 * @throws UserError when that cannot be done; the signal's reason when it aborts.
 */
export async function trainGenerator(
  plan: GeneratorPlan,
  { models, signal, onProgress }: JobContext<TrainingProgress>,
): Promise<GeneratorReport> {
  // Loaded when it is called for: it takes a while, and most engines never train.
  const { trainGenerator: train } = await import('../defenses/generators/trainGenerator.ts');
  return hiding(plan.secrets, () => train(plan, { signal, computing: models.computing, onProgress }));
}
