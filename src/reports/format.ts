import type { Norm } from '../geometry/norms.ts';

/** A norm as people write it: "L∞", "L2". */
export function formatNorm(norm: Norm): string {
  return norm === 'linf' ? 'L∞' : norm.toUpperCase();
}

/** A fraction as "45.3%". */
export function formatPercent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

/** A distance with three significant digits; "∞" if the examples held. */
export function formatDistance(distance: number): string {
  return Number.isFinite(distance) ? distance.toPrecision(3) : '∞';
}

/** A budget, as "8/255" if it is a whole number of gray levels, which only exist in linf. */
export function formatEpsilon(epsilon: number, norm: Norm): string {
  const level = 255 * epsilon;
  const isLevel = norm === 'linf' && Math.abs(level - Math.round(level)) < 1e-6 && level < 254.5;
  return isLevel ? `${Math.round(level)}/255` : String(epsilon);
}

/** A figure, or the two that undecided images leave open: "40.0%–45.0%". */
export function formatRange(format: (value: number) => string, low: number, high = low): string {
  return low === high ? format(low) : `${format(low)}–${format(high)}`;
}
