import type { ExampleReport } from '../../src/reports/report.ts';

/** An example as a run writes it. */
export function finishedExample(changes: Partial<ExampleReport> = {}): ExampleReport {
  return {
    test: 'm › t',
    index: 0,
    identity: 'b'.repeat(64),
    image: 'a.png',
    sha256: 'a'.repeat(64),
    label: 'stop',
    status: 'held',
    clean: { class: 'stop', confidence: 0.9 },
    adversarial: null,
    norms: null,
    originalImage: 'images/m-t/a.png',
    adversarialImage: null,
    queries: { points: 1, gradients: 0 },
    seed: 0,
    notes: [],
    ...changes,
  };
}

/** The line of an example in `examples.jsonl`. */
export function lineOf(example: ExampleReport): string {
  return `${JSON.stringify(example)}\n`;
}
