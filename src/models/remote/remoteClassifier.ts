import { createHash } from 'node:crypto';
import { levelsOf } from '../../data/grid.ts';
import type { ImageShape, Pixels } from '../../data/image.ts';
import { UserError } from '../../userError.ts';
import type { Batch, Classifier, Logits } from '../classifier.ts';
import { type Interpretation, logitsOf } from '../interpretation.ts';
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
  readonly concurrency: number;
  readonly labelsOnly: boolean;
  readonly rounds: boolean;
  readonly costPerQuery?: number;
  readonly #parts: RemoteParts;
  readonly #store: AnswerStore | undefined;
  /** Answers that are on their way, which a request at the same time need not ask for. */
  readonly #coming = new Map<string, Promise<Float32Array>>();

  constructor(parts: RemoteParts, store?: AnswerStore) {
    const { input, interpretation, engine, batchSize, concurrency, rounds, limits } = parts;
    this.input = input;
    this.classes = interpretation.classes;
    this.engine = engine;
    this.batchSize = batchSize;
    this.concurrency = concurrency;
    this.labelsOnly = interpretation.kind === 'labels';
    this.rounds = rounds;
    if (limits.costPerQuery !== undefined) this.costPerQuery = limits.costPerQuery;
    this.#parts = parts;
    this.#store = store;
  }

  async logits(images: Batch): Promise<Logits> {
    const { batchSize, interpretation } = this.#parts;
    const rows: Float32Array[] = [];
    for (let at = 0; at < images.length; at += batchSize) {
      rows.push(...(await this.#rows(images.slice(at, at + batchSize))));
    }
    return rows.map((row) => logitsOf(row, interpretation));
  }

  dispose(): void {}

  async #rows(images: Batch): Promise<readonly Float32Array[]> {
    const store = this.#store;
    if (store === undefined) return this.#parts.ask(images);
    const keys = images.map((image) => this.#keyOf(image));
    const open = new Map<string, Pixels>();
    for (const [i, key] of keys.entries()) {
      if (!store.has(key) && !this.#coming.has(key)) open.set(key, images[i] as Pixels);
    }
    if (open.size > 0) this.#send(store, open);
    return Promise.all(keys.map((key) => this.#coming.get(key) ?? store.get(key)));
  }

  /** Asks, and keeps what is answered before anyone has it. */
  #send(store: AnswerStore, images: ReadonlyMap<string, Pixels>): void {
    this.#checkBudget(store.count + this.#coming.size, images.size);
    const keys = [...images.keys()];
    const answered = this.#parts.ask([...images.values()]).then(async (rows) => {
      await store.add(keys, rows);
      return rows;
    });
    for (const [i, key] of keys.entries()) {
      const row = answered.then((rows) => rows[i] as Float32Array);
      this.#coming.set(key, row);
      const end = () => this.#coming.delete(key);
      row.then(end, end);
    }
  }

  /** Half of the SHA-256 of what the server gets to see of an image. */
  #keyOf(image: Pixels): string {
    const seen = this.rounds ? levelsOf(image) : image;
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
