import { hash } from 'node:crypto';
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
  /** Most images in a request, and requests that may be asked for at a time. */
  readonly batchSize: number;
  readonly concurrency: number;
  readonly limits: Pick<Endpoint, 'costPerQuery' | 'maximumQueries'>;
  /** What the server says about images, in one request (see `rowOf`). */
  ask(images: Batch): Promise<readonly Float32Array[]>;
}

/** An answer that is on its way: the request, and the place of the image in it. */
interface Coming {
  readonly request: Promise<readonly Float32Array[]>;
  readonly place: number;
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
  /** What a request at the same time need not ask for. */
  readonly #coming = new Map<string, Coming>();

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
    const found = keys.map((key) => this.#coming.get(key) ?? store.get(key));
    const rows: Float32Array[] = [];
    for (const one of found) rows.push('request' in one ? ((await one.request)[one.place] as Float32Array) : one);
    return rows;
  }

  #send(store: AnswerStore, images: ReadonlyMap<string, Pixels>): void {
    this.#checkBudget(store.count + this.#coming.size, images.size);
    const keys = [...images.keys()];
    const request = this.#kept(store, keys, [...images.values()]);
    // Whoever waits for it gets its error; that may be nobody anymore.
    request.catch(() => {});
    for (const [place, key] of keys.entries()) this.#coming.set(key, { request, place });
  }

  /** Asks, and keeps what is answered before anyone has it. */
  async #kept(store: AnswerStore, keys: readonly string[], images: Batch): Promise<readonly Float32Array[]> {
    try {
      const rows = await this.#parts.ask(images);
      store.add(keys, rows);
      return rows;
    } finally {
      for (const key of keys) this.#coming.delete(key);
    }
  }

  /** Half of the SHA-256 of what the server gets to see of an image. */
  #keyOf(image: Pixels): string {
    const seen = this.rounds ? levelsOf(image) : image;
    return hash('sha256', new Uint8Array(seen.buffer, seen.byteOffset, seen.byteLength), 'binary').slice(0, 16);
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
