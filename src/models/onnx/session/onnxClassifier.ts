import type { ImageShape } from '../../../data/image.ts';
import { sizeOf } from '../../../data/image.ts';
import { UserError } from '../../../userError.ts';
import type { Batch, Classifier, Logits } from '../../classifier.ts';
import { probeImages } from '../../probeImages.ts';
import type { Value } from '../graph/graph.ts';
import type { Activation } from './activation.ts';
import { batchFor, chooseBatchSizes, type TimedBatch } from './batchSize.ts';
import { imageTensor } from './imageTensor.ts';
import type { RuntimeTensor } from './session.ts';
import type { Sessions } from './sessions.ts';

/** The parts of a classifier on ONNX Runtime. */
export interface OnnxTraits {
  readonly sessions: Sessions;
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly engine: string;
  /** The possible batch sizes of sessions, the smallest first. */
  readonly batchSizes: readonly number[];
  readonly activations: ReadonlyMap<string, Activation>;
  /** The value of the logits. */
  readonly logits: string;
  /** True for a graph that takes whole gray levels from 0 to 255 (float32) rather than pixels in [0, 1]. */
  readonly inLevels: boolean;
  /** False if images of one run influence one another: each is then run with copies of itself. */
  readonly together: boolean;
  /** Batches that may be asked for at a time: more than one while a thread of its own computes. */
  readonly concurrency: number;
}

/** A graph on ONNX Runtime without gradients. */
export class OnnxClassifier implements Classifier {
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly engine: string;
  readonly batchSize: number;
  readonly concurrency: number;
  /** Why it gives no gradients. */
  readonly obstacle?: string;
  protected readonly traits: OnnxTraits;
  /** The batch sizes for logits. */
  #batches: Promise<readonly TimedBatch[]> | undefined;

  constructor(traits: OnnxTraits, obstacle?: string) {
    this.traits = traits;
    this.input = traits.input;
    this.classes = traits.classes;
    this.engine = traits.engine;
    this.batchSize = Math.max(...traits.batchSizes);
    this.concurrency = traits.concurrency;
    if (obstacle !== undefined) this.obstacle = obstacle;
  }

  async logits(images: Batch): Promise<Logits> {
    const rows: Float32Array[] = [];
    for (const { from, to, batch } of await this.forwardParts(images.length)) {
      rows.push(...(await this.#forward(images.slice(from, to), batch)));
    }
    return rows;
  }

  dispose(): void {
    void this.traits.sessions.close();
  }

  /**
   * Finds the batch sizes that are worth keeping for a kind of query, the smallest first.
   * @param ask answers at most one batch of images.
   */
  protected async chooseBatches(
    ask: (images: Batch, batch: number) => Promise<readonly Float32Array[]>,
  ): Promise<readonly TimedBatch[]> {
    const { batchSizes, sessions } = this.traits;
    const smallest = Math.min(...batchSizes);
    const kept = await chooseBatchSizes(batchSizes, async (batch) => {
      const images = probeImages(this.input, batch);
      // The first creates the session.
      const answers = await ask(images, batch);
      const alone: Float32Array[] = [];
      if (batch > smallest) for (const image of images) alone.push(...(await ask([image], smallest)));
      const times = [await timeOf(() => ask(images, batch))];
      while (times.length < 3 && (times[0] as number) < 100) times.push(await timeOf(() => ask(images, batch)));
      return { answers, alone, time: Math.min(...times) };
    });
    // Rejected sizes have their own copies of the weights.
    await sessions.keepOnly(kept.map(({ batch }) => batch));
    return kept;
  }

  /**
   * Splits a number of images into batches: images [from, to) in a session for `batch`.
   * @param choose finds the batch sizes, the smallest first.
   */
  protected async parts(
    count: number,
    choose: () => Promise<readonly TimedBatch[]>,
  ): Promise<{ from: number; to: number; batch: number }[]> {
    const smallest = Math.min(...this.traits.batchSizes);
    // With only one image, trying gains nothing.
    const kept = count <= smallest ? [{ batch: smallest, time: 0 }] : await choose();
    const parts: { from: number; to: number; batch: number }[] = [];
    if (!this.traits.together)
      return Array.from({ length: count }, (_, i) => ({ from: i, to: i + 1, batch: smallest }));
    for (let from = 0; from < count; ) {
      const batch = batchFor(count - from, kept);
      const to = Math.min(count, from + batch);
      parts.push({ from, to, batch });
      from = to;
    }
    return parts;
  }

  /** The same, for a forward pass. */
  protected forwardParts(count: number): Promise<{ from: number; to: number; batch: number }[]> {
    return this.parts(
      count,
      () => (this.#batches ??= this.chooseBatches((trial, batch) => this.#forward(trial, batch))),
    );
  }

  async #forward(images: Batch, batch: number): Promise<Float32Array[]> {
    const { session, model } = await this.traits.sessions.forward(batch);
    const results = await session.run(this.feed(model.graph.inputs, images, batch));
    return this.rows(results, model.graph.outputs, images.length, batch);
  }

  /** The images as the first input of a graph. */
  protected feed(inputs: readonly Value[], images: Batch, batch: number): Record<string, RuntimeTensor> {
    const [input] = inputs as [Value];
    // Of no image at all there are still the shapes.
    const shown = images.length > 0 ? images : [new Float32Array(sizeOf(this.input))];
    return { [input.name]: imageTensor(shown, this.input, batch, this.traits.inLevels) };
  }

  /** @throws UserError when there is not one row for each image. */
  protected rows(
    results: Readonly<Record<string, RuntimeTensor>>,
    [output]: readonly Value[],
    count: number,
    batch: number,
  ): Float32Array[] {
    const data = floatsOf(results, output?.name ?? '');
    const size = this.classes.length;
    if (data.length !== batch * size) {
      throw new UserError(
        `For ${batch === 1 ? 'one image' : `${batch} images`} the model gives ${data.length} scores, not ${size} for each. Export a classifier whose number of scores depends on no image, with a dynamic batch size.`,
      );
    }
    const rows: Float32Array[] = [];
    for (let i = 0; i < count; i++) rows.push(data.slice(i * size, (i + 1) * size));
    return rows;
  }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function floatsOf(results: Readonly<Record<string, RuntimeTensor>>, name: string): Float32Array {
  return results[name]?.data as Float32Array;
}
