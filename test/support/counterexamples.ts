import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Counterexample } from '../../src/corpus/counterexample.ts';
import { encodeDelta } from '../../src/corpus/delta.ts';
import { inputDigest, relativeTo } from '../../src/corpus/original.ts';
import { valueAt } from '../../src/data/grid.ts';
import type { ImageShape } from '../../src/data/image.ts';
import { writePng } from '../../src/data/writeImage.ts';
import { identityOf } from '../../src/evaluation/identity.ts';

/** SHA-256 of a text: a hash as good as any. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A counterexample of the test "m › t", found on the model "found on", whose original is nowhere. */
export function counterexample(changes: Partial<Counterexample> = {}): Counterexample {
  const one = {
    test: 'm › t',
    image: '../data/stop/01.png',
    sha256: hashOf('stop/01.png'),
    input: '0123456789abcdef',
    label: 'class 0',
    norm: 'linf' as const,
    epsilon: 8 / 255,
    model: hashOf('found on'),
    witness: 'AwA=',
    ...changes,
  };
  return { identity: identityOf(one), ...one, ...changes };
}

/** Gray levels as pixels. */
export function pixelsOf(levels: readonly number[]): Float32Array {
  return Float32Array.from(levels, valueAt);
}

/** Gray levels of an original, and of the image that is kept. */
export interface Levels {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** A counterexample with an original of these gray levels in `data`, and a kept image of those, kept in `robustness`. */
export async function keptAt(
  root: string,
  name: string,
  { from, to, shape, ...changes }: Levels & { readonly shape: ImageShape } & Partial<Counterexample>,
): Promise<Counterexample> {
  const file = path.join(root, 'data', `${name}.png`);
  await writePng(file, pixelsOf(from), shape);
  return counterexample({
    image: relativeTo(path.join(root, 'robustness'), file),
    sha256: createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
    input: inputDigest(pixelsOf(from), shape),
    witness: encodeDelta(pixelsOf(from), pixelsOf(to)),
    ...changes,
  });
}
