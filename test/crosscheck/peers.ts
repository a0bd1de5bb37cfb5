import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Norm } from '../../src/geometry/norms.ts';

/** What an attack is compared in. */
export interface Setting {
  readonly norm: Norm;
  /** The budget; missing for attacks that look for the nearest success. */
  readonly epsilon?: number;
  readonly targeted: boolean;
  /** Points asked about for each image, by attacks without gradients. */
  readonly queries?: number;
}

export type Library = 'foolbox' | 'torchattacks' | 'art';

/** What a peer's attack came to, as peers.py writes it. */
export interface PeerResult extends Setting {
  readonly library: Library;
  readonly version: string;
  readonly call: string;
  /** A digit an image, in their order: 1 for a success. */
  readonly reached: string;
  /** Distance of each success in the norm, in the order of images; only without a budget. */
  readonly distances?: readonly (number | null)[];
}

/** In words, what an attack is compared in. */
export function keyOf({ norm, epsilon, targeted, queries }: Setting): string {
  const parts = [norm, targeted ? 'targeted' : 'untargeted'];
  if (epsilon !== undefined) parts.push(`ε = ${epsilon}`);
  if (queries !== undefined) parts.push(`${queries} queries`);
  return parts.join(', ');
}

const folder = path.join(import.meta.dirname, 'peers');

/** All results that are committed, by the name of their file. */
export function readPeers(): Map<string, readonly PeerResult[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return new Map(
    files.map((file) => [
      path.basename(file, '.json'),
      JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as PeerResult[],
    ]),
  );
}
