import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeError } from '../../data/fileErrors.ts';
import type { Pixels } from '../../data/image.ts';
import { readNpz, writeNpz } from '../../data/npz.ts';
import type { Classifier } from '../../models/classifier.ts';
import { judgeAll, victimOf } from '../../runner/victim.ts';
import type { Fingerprint } from '../training/checkpoint.ts';
import type { LabeledPixels } from '../training/objective.ts';

/** Whom an oracle asks, and where it remembers the answers. */
interface OracleOptions {
  readonly folder: string;
  /** What the answers depend on. */
  readonly fingerprint: Fingerprint;
  readonly model: Classifier;
  /** Questions, at most. */
  readonly queries: number;
  readonly signal: AbortSignal;
}

/** A model that is asked for the labels of images, and never for the same ones twice: its answers are kept on disk. */
export class Oracle {
  readonly #options: OracleOptions;
  readonly #prefix: string;
  #asked = 0;

  constructor(options: OracleOptions) {
    this.#options = options;
    const text = JSON.stringify(options.fingerprint);
    this.#prefix = createHash('sha256').update(text).digest('hex').slice(0, 12);
  }

  /** Questions so far, those of earlier runs included. */
  get asked(): number {
    return this.#asked;
  }

  /**
   * The images with the classes that the model predicts; of more than may be asked about, the first.
   * @param name of this set of images, among those that the training asks about
   * @throws UserError when the answers cannot be kept; the signal's reason when it aborts.
   */
  async labeled(images: readonly Pixels[], name: string): Promise<LabeledPixels> {
    const { folder, model, queries, signal } = this.#options;
    const some = images.slice(0, Math.max(queries - this.#asked, 0));
    this.#asked += some.length;
    const file = path.join(folder, `answers-${this.#prefix}-${name}.npz`);
    if (some.length === 0) return { images: [], labels: [] };
    if (await exists(file)) {
      const { labels } = await readNpz(file);
      return { images: some, labels: Array.from(labels?.data ?? []) };
    }
    const judgments = await judgeAll(victimOf(model), some, (image) => image, signal);
    const labels = judgments.map(({ decision }) => decision);
    await mkdir(folder, { recursive: true }).catch((error) => {
      throw writeError(folder, error);
    });
    await writeNpz(file, { labels: { shape: [labels.length], data: Float32Array.from(labels) } });
    return { images: some, labels };
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
