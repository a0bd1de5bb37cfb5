import type { ExampleReport } from '../../../src/reports/report.ts';
import type { Item } from '../../../webview/logic/item.ts';
import { toItems } from '../../../webview/logic/item.ts';

/** An example of a stop sign that became a yield sign, with what differs. */
export function example(change: Partial<ExampleReport> = {}): ExampleReport {
  return {
    test: 'signs › test',
    epsilon: 8 / 255,
    index: 0,
    identity: 'identity',
    image: '/data/stop/01.png',
    sha256: 'hash',
    label: 'stop',
    status: 'fooled',
    clean: { class: 'stop', confidence: 0.999 },
    adversarial: { class: 'yield', confidence: 0.93 },
    norms: { linf: 8 / 255, l2: 1.2, l1: 50, l0: 1000 },
    originalImage: 'images/a.png',
    adversarialImage: 'images/b.png',
    queries: { points: 3, gradients: 2 },
    seed: 7,
    notes: [],
    ...change,
  };
}

/** Examples as the gallery has them, in the norm linf. */
export function items(...changes: readonly Partial<ExampleReport>[]): Item[] {
  return toItems(
    changes.map((change, index) => example({ index, ...change })),
    'linf',
  );
}
