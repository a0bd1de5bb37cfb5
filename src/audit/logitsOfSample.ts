import type { Trial } from './trial.ts';

/** The model's answers on the sample, always asked for in the same batches. */
export async function logitsOfSample({ conditions, subjects }: Trial): Promise<Float32Array[]> {
  const { classifier, signal } = conditions;
  const rows: Float32Array[] = [];
  for (let start = 0; start < subjects.length; start += classifier.batchSize) {
    signal?.throwIfAborted();
    const batch = subjects.slice(start, start + classifier.batchSize);
    rows.push(...(await classifier.logits(batch.map(({ image }) => image))));
  }
  return rows;
}
