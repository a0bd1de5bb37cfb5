import type { Norm } from '../../src/geometry/norms.ts';

// Distances are sums of float32 values, so whole gray levels come out slightly off.
const levelTolerance = 1e-3;

/** A distance in its norm: gray levels ("8/255") if whole in linf, a count in l0, otherwise three significant digits. */
export function formatAmount(value: number, norm: Norm): string {
  if (!Number.isFinite(value)) return '∞';
  if (norm === 'l0') return String(Math.round(value));
  const levels = 255 * value;
  if (norm === 'linf' && levels < 254.5 && Math.abs(levels - Math.round(levels)) < levelTolerance) {
    return `${Math.round(levels)}/255`;
  }
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}

/** A probability as "93%"; only what is certain is 100%. A dash if the model gives labels only. */
export function formatConfidence(confidence: number | undefined): string {
  if (confidence === undefined) return '–';
  if (confidence < 1 && confidence >= 0.995) return `${(Math.floor(1000 * confidence) / 10).toFixed(1)}%`;
  return `${(100 * confidence).toFixed(0)}%`;
}

/** A change in gray levels, with its sign and a true minus. */
export function formatChange(levels: number): string {
  if (levels === 0) return '0';
  return levels > 0 ? `+${levels}` : `−${-levels}`;
}

/** A number with few digits and a true minus sign. */
export function formatSigned(value: number): string {
  const plain = String(Number(value.toFixed(3)));
  return plain.startsWith('-') ? `−${plain.slice(1)}` : plain;
}

/** A logit with two decimals and a true minus sign. */
export function formatLogit(value: number): string {
  return value.toFixed(2).replace('-', '−');
}

/** A detector's score with three significant digits and a true minus sign. Scores that JSON cannot represent are infinite. */
export function formatScore(score: number | null): string {
  if (score === null || !Number.isFinite(score)) return '∞';
  return String(Number(score.toPrecision(3))).replace('-', '−');
}

/** A place on the axis of a trace: the number of a step, or an epsilon with its sign in gray levels, "+3.2/255". */
export function formatTraceAxis(at: number, axis: 'step' | 'epsilon'): string {
  if (axis === 'step') return String(at);
  const levels = Number((255 * at).toFixed(1));
  return levels === 0 ? '0' : `${formatChange(levels)}/255`;
}

/** An amplification: "×16", "×1.5". */
export function formatGain(gain: number): string {
  return `×${gain >= 10 || Number.isInteger(gain) ? Math.round(gain) : gain.toFixed(1)}`;
}

/** The last part of a path, on whichever system it was written. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}

/** The name of an image with that of its folder, which often is its class: "stop/01.png". */
export function fileName(path: string): string {
  return path
    .split(/[\\/]/)
    .filter((part) => part !== '')
    .slice(-2)
    .join('/');
}
