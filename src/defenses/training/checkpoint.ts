import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import Type from 'typebox';
import { Check } from 'typebox/value';
import { readError, writeError } from '../../data/fileErrors.ts';
import { readNpz, writeNpz } from '../../data/npz.ts';
import { replaceFile } from '../../data/replaceFile.ts';
import { UserError } from '../../userError.ts';
import type { TrainingPoint } from '../progress.ts';
import type { Accuracies } from './accuracy.ts';
import type { Prepared } from './defenseDefinition.ts';

/** What a training depends on, in words: two trainings with the same are the same. */
export type Fingerprint = Readonly<Record<string, string>>;

/** The state of a training, besides its weights. JSON. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Of the original model, where one is hardened. */
  readonly before?: Accuracies;
  /** The epoch with the best robust accuracy so far. */
  readonly best?: Accuracies & { readonly epoch: number };
  /** Sum of the losses of `count` steps that no point includes yet. */
  readonly loss: { readonly sum: number; readonly count: number };
  readonly points: readonly TrainingPoint[];
  /** Seconds that it has taken, including resumed runs. */
  readonly seconds: number;
}

/** Names of the files with the weights, in turn. */
const weightFiles = ['weights-0.npz', 'weights-1.npz'] as const;

interface StateFile extends TrainingState {
  readonly fingerprint: Fingerprint;
  /** Name of the file with its weights. */
  readonly weights: (typeof weightFiles)[number];
}

const closed = { additionalProperties: false };
const { Number: number, Optional: optional } = Type;
const count = () => Type.Integer({ minimum: 0 });
const accuracies = { cleanAccuracy: number(), robustAccuracy: number() };
const measures = { ...accuracies, recognized: number(), diversity: number() };
const point = { epoch: number(), loss: optional(number()), ...Type.Partial(Type.Object(measures)).properties };

const schema = Type.Object(
  {
    step: count(),
    before: optional(Type.Object(accuracies, closed)),
    best: optional(Type.Object({ ...accuracies, epoch: count() }, closed)),
    loss: Type.Object({ sum: number(), count: count() }, closed),
    points: Type.Array(Type.Object(point, closed)),
    seconds: number(),
    fingerprint: Type.Record(Type.String(), Type.String()),
    weights: Type.Enum(weightFiles),
  },
  closed,
);

/**
 * A training on disk. Weights are written under two alternating names, then `state.json`, which names them, replaces
 * the previous one atomically: whenever the process is killed, the file that state.json names is complete.
 */
export class Checkpoint {
  readonly folder: string;
  readonly #fingerprint: Fingerprint;
  #last: StateFile | undefined;

  constructor(folder: string, fingerprint: Fingerprint) {
    this.folder = folder;
    this.#fingerprint = fingerprint;
  }

  /**
   * The state of the training, if it has begun.
   * @throws UserError when it belongs to another training, or cannot be read.
   */
  async read(): Promise<TrainingState | undefined> {
    const file = this.#at('state.json');
    const text = await readFile(file, 'utf8').catch((error) => {
      if (error.code === 'ENOENT') return undefined;
      throw readError(file, error);
    });
    if (text === undefined) return undefined;
    this.#last = this.#parse(text);
    const changed = Object.keys(this.#fingerprint).filter(
      (what) => this.#last?.fingerprint[what] !== this.#fingerprint[what],
    );
    if (changed.length > 0) {
      throw new UserError(
        `${this.folder} holds a training that was started with a different ${changed.join(', ')}. To continue it, restore the previous settings; to start over, delete the folder.`,
      );
    }
    return this.#last;
  }

  #parse(text: string): StateFile {
    try {
      const state: unknown = JSON.parse(text);
      if (Check(schema, state)) return state;
    } catch {
      // Said below.
    }
    throw this.damaged();
  }

  /** What to say of a state that no training has. */
  damaged(): UserError {
    return new UserError(`${this.#at('state.json')} is damaged. Delete ${this.folder} to start the training over.`);
  }

  /** Loads the weights of the state that was read into these variables. */
  async restore(variables: readonly tf.Variable[]): Promise<void> {
    await this.#fill(variables, (this.#last as StateFile).weights);
  }

  /** Loads the best weights so far into these variables. */
  async restoreBest(variables: readonly tf.Variable[], epoch: number): Promise<void> {
    await this.#fill(variables, bestFile(epoch));
  }

  async save(state: TrainingState, variables: readonly tf.Variable[]): Promise<void> {
    const weights = this.#last?.weights === weightFiles[0] ? weightFiles[1] : weightFiles[0];
    await this.#write(weights, variables);
    const file: StateFile = { ...state, fingerprint: this.#fingerprint, weights };
    await replaceFile(this.#at('state.json'), JSON.stringify(file));
    const superseded = this.#last?.best?.epoch;
    if (superseded !== undefined && superseded !== state.best?.epoch) await rm(this.#at(bestFile(superseded)));
    this.#last = file;
  }

  /** Keeps the best weights so far; they count once a state that names their epoch is saved. */
  async saveBest(variables: readonly tf.Variable[], epoch: number): Promise<void> {
    await this.#write(bestFile(epoch), variables);
  }

  async savePrepared(prepared: Prepared): Promise<void> {
    await this.#make();
    await writeNpz(this.#at('prepared.npz'), prepared);
  }

  async readPrepared(): Promise<Prepared> {
    return (await readNpz(this.#at('prepared.npz'))) as Prepared;
  }

  /** Deletes it, when the training is done. */
  async remove(): Promise<void> {
    // First what names the others: a process that is killed in between leaves nothing to go on from.
    await rm(this.#at('state.json'), { force: true });
    await rm(this.folder, { recursive: true, force: true });
  }

  async #write(name: string, variables: readonly tf.Variable[]): Promise<void> {
    await this.#make();
    const arrays = variables.map((variable, i) => {
      const { shape } = variable;
      return [String(i), { shape, data: variable.dataSync() as Float32Array }] as const;
    });
    await writeNpz(this.#at(name), Object.fromEntries(arrays));
  }

  async #fill(variables: readonly tf.Variable[], name: string): Promise<void> {
    const arrays = await readNpz(this.#at(name));
    tf.tidy(() => {
      for (const [i, variable] of variables.entries()) {
        const { data, shape } = arrays[i] ?? { data: undefined, shape: [] };
        if (!(data instanceof Float32Array) || String(shape) !== String(variable.shape)) {
          throw new UserError(`${this.#at(name)} belongs to another network. Delete ${this.folder} to start over.`);
        }
        variable.assign(tf.tensor(data, variable.shape));
      }
    });
  }

  async #make(): Promise<void> {
    await mkdir(this.folder, { recursive: true }).catch((error) => {
      throw writeError(this.folder, error);
    });
  }

  #at(name: string): string {
    return path.join(this.folder, name);
  }
}

function bestFile(epoch: number): string {
  return `best-${epoch}.npz`;
}
