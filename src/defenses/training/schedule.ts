/** Learning rate schedules. */
export const schedules = ['cyclic', 'piecewise', 'constant'] as const;
export type ScheduleName = (typeof schedules)[number];

/**
 * The learning rate as a fraction of the largest one, after a fraction of the training from 0 to 1.
 * - cyclic: linear up to 1 at two fifths, then linear down to 0 (Wong, Rice & Kolter 2020, arXiv:2001.03994; their code
 *   on MNIST);
 * - piecewise: 1, a tenth from one half, a hundredth from three quarters (Rice, Wong & Kolter 2020, arXiv:2002.11569,
 *   section 3: at epochs 100 and 150 of 200).
 */
export function learningRateFactor(schedule: ScheduleName, fraction: number): number {
  if (schedule === 'constant') return 1;
  if (schedule === 'cyclic') return fraction < 0.4 ? fraction / 0.4 : (1 - fraction) / 0.6;
  return fraction < 0.5 ? 1 : fraction < 0.75 ? 0.1 : 0.01;
}
