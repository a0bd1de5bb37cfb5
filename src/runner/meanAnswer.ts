import type { Answer } from '../attacks/dialogue.ts';

/**
 * Of several answers about one point, by a model whose answers vary: the means of logits, values and gradients, and the
 * class that was predicted most often, the first of equals (expectation over transformation, Athalye et al. 2018,
 * arXiv:1707.07397, section 2.2).
 * @param answers at least one, all to the same question
 */
export function meanAnswer(answers: readonly Answer[]): Answer {
  const [first] = answers as [Answer];
  if (answers.length === 1) return first;
  const { logits, values, gradients } = first;
  return {
    decision: mostFrequent(answers.map(({ decision }) => decision)),
    ...(logits && { logits: meanOf(answers.map((answer) => answer.logits as Float32Array)) }),
    ...(values && { values: [...meanOf(answers.map((answer) => Float64Array.from(answer.values ?? [])))] }),
    ...(gradients && {
      gradients: gradients.map((_, k) => meanOf(answers.map((answer) => answer.gradients?.[k] as Float32Array))),
    }),
  };
}

/** The mean of rows of the same length, of which there is at least one. */
export function meanOf<V extends Float32Array | Float64Array>(rows: readonly V[]): V {
  const mean = (rows[0] as V).slice() as V;
  for (let i = 0; i < mean.length; i++) {
    let sum = 0;
    for (const row of rows) sum += row[i] as number;
    mean[i] = sum / rows.length;
  }
  return mean;
}

function mostFrequent(decisions: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const decision of decisions) counts.set(decision, (counts.get(decision) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}
