import type { DetectorReport } from '../defenses/detectors/report.ts';
import { trainDetector as train } from '../defenses/detectors/trainDetector.ts';
import type { DetectorPlan } from '../defenses/plan.ts';
import type { TrainingProgress } from '../defenses/progress.ts';
import { hiding } from '../secrets.ts';
import type { JobContext } from './job.ts';

/**
 * Fits a detector and writes it.
 * @throws UserError when that cannot be done; the signal's reason when it aborts.
 */
export async function trainDetector(
  plan: DetectorPlan,
  { models, signal, onProgress }: JobContext<TrainingProgress>,
): Promise<DetectorReport> {
  return hiding(plan.secrets, async () => train(plan, await models.open(plan.model), { signal, onProgress }));
}
