import type { ShownExample, ShownTest } from '../../src/page/protocol.ts';
import type { Translate } from '../l10n.ts';
import type { Model } from '../logic/model.ts';
import { twinOf } from '../logic/twin.ts';
import type { Twin } from '../parts/panes.ts';
import { ImageStore } from './imageStore.ts';
import { loadPair } from './pair.ts';

const stores = new WeakMap<ShownTest, ImageStore>();

/** The images of the same example in the test that the shown one is compared with; `undefined` without such a test. */
export async function loadTwin(t: Translate, { test, twin }: Model, example: ShownExample): Promise<Twin | undefined> {
  if (!twin) return undefined;
  const names = [nameOf(test), nameOf(twin)] as const;
  const other = twinOf(twin, example);
  if (!other) return { names };
  const store = stores.get(twin) ?? new ImageStore(twin);
  stores.set(twin, store);
  return { names, example: { item: { example: other }, pair: await loadPair(t, store, other) } };
}

function nameOf({ report, started }: ShownTest): string {
  return `${report.id} · ${started}`;
}
