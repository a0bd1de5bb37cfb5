import type { TrainingPoint } from '../../src/defenses/progress.ts';

/** The curves drawn for a training. */
export type Measure = Exclude<keyof TrainingPoint, 'epoch'>;

/** Places along the axis, and for each curve its values there: those points at which one of them was measured. */
export interface Drawing {
  readonly epochs: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
}

/** The curves of some measures, in the order of epochs; values that are not finite are left out. */
export function drawingOf(points: readonly TrainingPoint[], measures: readonly Measure[]): Drawing {
  const value = (point: TrainingPoint, measure: Measure) =>
    Number.isFinite(point[measure]) ? (point[measure] as number) : null;
  const told = points
    .filter((point) => measures.some((measure) => value(point, measure) !== null))
    .sort((a, b) => a.epoch - b.epoch);
  return {
    epochs: told.map(({ epoch }) => epoch),
    values: measures.map((measure) => told.map((point) => value(point, measure))),
  };
}

/** The last value of a curve, if there is one. */
export function lastOf(values: readonly (number | null)[]): number | undefined {
  return values.findLast((value) => value !== null) ?? undefined;
}
