import type { GeneratorReport } from './report.ts';

type Figures = 'kind' | 'validation' | 'cleanAccuracy' | 'robustAccuracy' | 'recognized' | 'diversity';

/** What a generator came to, in a sentence. */
export function describeGenerator(report: Pick<GeneratorReport, Figures>): string {
  const { kind, validation, cleanAccuracy, robustAccuracy, recognized, diversity } = report;
  if (recognized !== undefined && diversity !== undefined) {
    return `The model takes ${percent(recognized)} of its samples for the class that they were drawn for; they differ ${diversity.toFixed(2)} times as much as real images of a class do.`;
  }
  const [first, second] =
    kind === 'ape-gan'
      ? ['right when they are purified', 'when they are purified after FGSM']
      : ['right as they are', 'as the generator makes them'];
  return `Of ${validation} validation images the model gets ${percent(cleanAccuracy)} ${first}, and ${percent(robustAccuracy)} ${second}.`;
}

function percent(fraction = 0): string {
  return `${(100 * fraction).toFixed(1)}%`;
}
