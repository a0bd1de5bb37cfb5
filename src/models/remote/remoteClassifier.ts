import { createHash } from 'node:crypto';
import { levelOf } from '../../data/grid.ts';
import type { ImageShape, Pixels } from '../../data/image.ts';
import { UserError } from '../../userError.ts';
import type { Batch, Classifier, Logits } from '../classifier.ts';
import { type Interpretation, logitsOf } from './answers.ts';
import type { Endpoint } from './endpoint.ts';
import type { AnswerStore } from './keptAnswers.ts';

/** What a remote classifier is made of. */
export interface RemoteParts {
  readonly url: string;
  readonly engine: string;
  readonly input: ImageShape;
  readonly interpretation: Interpretation;
  /** Images are rounded to the 8-bit grid on their way. */
  readonly rounds: boolean;
  /** Most images in a request, and most requests at a time. */
  readonly batchSize: number;
  readonly concurrency: number;
  readonly limits: Pick<Endpoint, 'costPerQuery' | 'maximumQueries'>;
  /** What the server says about images, in one request (see `rowOf`). */
  ask(images: Batch): Promise<readonly Float32Array[]>;
}

/** A model that is asked over HTTP. With a store, no image is asked about again that has an answer there. */
export class RemoteClassifier implements Classifier {
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly engine: string;
  readonly obstacle = 'it is asked over a network';
  readonly batchSize: number;
  readonly labelsOnly: boolean;
  readonly rounds: boolean;
  readonly costPerQuery?: number;
  readonly #parts: RemoteParts;
  readonly #store: AnswerStore | undefined;

  constructor(parts: RemoteParts, store?: AnswerStore) {
    const { input, interpretation, engine, batchSize, concurrency, rounds, limits } = parts;
    this.input = input;
    this.classes = interpretation.classes;
    this.engine = engine;
    this.batchSize = batchSize * concurrency;
    this.labelsOnly = interpretation.kind === 'labels';
    this.rounds = rounds;
    if (limits.costPerQuery !== undefined) this.costPerQuery = limits.costPerQuery;
    this.#parts = parts;
    this.#store = store;
  }

  async logits(images: Batch): Promise<Logits> {
    const { interpretation } = this.#parts;
    return (await this.#rows(images)).map((row) => logitsOf(row, interpretation));
  }

  dispose(): void {}

  async #rows(images: Batch): Promise<readonly Float32Array[]> {
    const store = this.#store;
    if (store === undefined) return this.#askAll(images);
    const keys = images.map((image) => this.#keyOf(image));
    const known = await Promise.all(keys.map((key) => store.get(key)));
    const open = new Map(images.flatMap((image, i) => (known[i] ? [] : [[keys[i] as string, image]])));
    if (open.size > 0) {
      this.#checkBudget(store.count, open.size);
      await this.#askAll([...open.values()], [...open.keys()]);
    }
    return Promise.all(keys.map(async (key, i) => known[i] ?? ((await store.get(key)) as Float32Array)));
  }

  /** Asks in as many requests as it takes, several at a time. What is answered is kept, also where another request fails. */
  async #askAll(images: Batch, keys?: readonly string[]): Promise<readonly Float32Array[]> {
    const { batchSize, concurrency, ask } = this.#parts;
    const starts = Array.from({ length: Math.ceil(images.length / batchSize) }, (_, i) => i * batchSize);
    const rows: Float32Array[] = [];
    const waiting = starts.values();
    const failures: unknown[] = [];
    const work = async () => {
      for (const start of waiting) {
        if (failures.length > 0) return;
        const end = start + batchSize;
        try {
          const answered = await ask(images.slice(start, end));
          for (const [i, row] of answered.entries()) rows[start + i] = row;
          if (keys) await this.#store?.add(keys.slice(start, end), answered);
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, starts.length) }, work));
    if (failures.length > 0) throw failures[0];
    return rows;
  }

  /** Half of the SHA-256 of what the server gets to see of an image. */
  #keyOf(image: Pixels): string {
    const seen = this.rounds ? Uint8Array.from(image, levelOf) : image;
    const bytes = new Uint8Array(seen.buffer, seen.byteOffset, seen.byteLength);
    return createHash('sha256').update(bytes).digest().toString('latin1', 0, 16);
  }

  #checkBudget(asked: number, more: number): void {
    const { maximumQueries = Infinity, costPerQuery } = this.#parts.limits;
    if (asked + more <= maximumQueries) return;
    const cost = costPerQuery === undefined ? '' : `, which cost ${Number((asked * costPerQuery).toPrecision(6))}`;
    throw new UserError(
      `This test has asked ${this.#parts.url} about ${asked} images${cost}, and "maximumQueries" of its endpoint allows no more than ${maximumQueries}. Raise it and resume the run, which asks nothing again, or make the attack or the dataset smaller.`,
    );
  }
}
