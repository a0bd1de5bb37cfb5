import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { levelOf, levels, valueAt } from '../data/grid.ts';
import type { Pixels } from '../data/image.ts';

/**
 * The change from one image to another, both on the 8-bit grid, as text: base64 of a deflated list of varints, which are
 * the number of changed values, the unchanged values before each, and the gray levels that each changes by (zigzag). Few
 * changes take few characters, whatever the size of the image.
 */
export function encodeDelta(original: Pixels, changed: Pixels): string {
  const gaps: number[] = [];
  const changes: number[] = [];
  let next = 0;
  for (let i = 0; i < original.length; i++) {
    const change = levelOf(changed[i] as number) - levelOf(original[i] as number);
    if (change === 0) continue;
    gaps.push(i - next);
    changes.push(change > 0 ? 2 * change : -2 * change - 1);
    next = i + 1;
  }
  const bytes: number[] = [];
  for (const number of [gaps.length, ...gaps, ...changes]) pushVarint(bytes, number);
  return deflateRawSync(Uint8Array.from(bytes), { level: 9 }).toString('base64');
}

/**
 * The image that a change makes of its original.
 * @throws RangeError for a text that is damaged, or is the change of another image.
 */
export function applyDelta(original: Pixels, delta: string): Pixels {
  const bytes = inflate(delta, original.length);
  let at = 0;
  const read = () => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || factor > 2 ** 28) throw damaged();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  };
  const count = read();
  if (count > original.length) throw damaged();
  const gaps = Array.from({ length: count }, read);
  const changed = original.slice();
  let next = 0;
  for (const gap of gaps) {
    const place = next + gap;
    const zigzag = read();
    const level = levelOf(original[place] ?? NaN) + (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
    if (zigzag === 0 || !(level >= 0 && level <= levels)) throw damaged();
    changed[place] = valueAt(level);
    next = place + 1;
  }
  if (at !== bytes.length) throw damaged();
  return changed;
}

function pushVarint(bytes: number[], number: number): void {
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

/** No more than an image of this size can need: a few characters could inflate to gigabytes. */
function inflate(delta: string, size: number): Buffer {
  try {
    return inflateRawSync(Buffer.from(delta, 'base64'), { maxOutputLength: 8 * size + 8 });
  } catch {
    throw damaged();
  }
}

function damaged(): RangeError {
  return new RangeError('its perturbation is damaged, or is that of another image');
}
