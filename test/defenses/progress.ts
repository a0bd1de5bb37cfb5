import type { TrainingProgress } from '../../src/defenses/progress.ts';

const interval = 10_000;
let last = { phase: '', at: 0 };

/** Prints how far a training is: at every phase, at every measured point, and now and then. */
export function showProgress({ name, phase, step, steps, secondsLeft, point }: TrainingProgress): void {
  const now = performance.now();
  const isMeasured = point?.robustAccuracy !== undefined;
  if (phase === last.phase && !isMeasured && now - last.at < interval) return;
  last = { phase, at: now };
  const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
  const parts = [
    steps > 0 ? `${step} of ${steps}` : '',
    secondsLeft === undefined ? '' : `${Math.round(secondsLeft)} s left`,
    point?.loss === undefined ? '' : `loss ${point.loss.toFixed(3)}`,
    point?.cleanAccuracy === undefined ? '' : `clean ${percent(point.cleanAccuracy)}`,
    point?.robustAccuracy === undefined ? '' : `robust ${percent(point.robustAccuracy)}`,
  ];
  console.log(`  ${name}: ${phase} ${parts.filter((part) => part !== '').join(', ')}`);
}
