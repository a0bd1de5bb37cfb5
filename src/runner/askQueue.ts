import type { Conversation } from './conversation.ts';
import type { PendingAsk } from './pendingAsk.ts';

/** An ask, and the attack that waits for its answer. */
export interface Waiting {
  readonly conversation: Conversation;
  readonly ask: PendingAsk;
}

/** What many attacks ask, until it goes to the victim in batches. */
export class AskQueue {
  readonly #batchSize: number;
  readonly #forward: Waiting[] = [];
  readonly #backward: Waiting[] = [];

  /** @param batchSize the most that the victim is asked at a time */
  constructor(batchSize: number) {
    this.#batchSize = batchSize;
  }

  /** Takes in what a conversation has newly asked. */
  add(conversation: Conversation): void {
    for (const ask of conversation.takeAsks()) {
      (ask.functionals ? this.#backward : this.#forward).push({ conversation, ask });
    }
  }

  get isEmpty(): boolean {
    return this.#forward.length + this.#backward.length === 0;
  }

  /** Whether asks of one kind fill a batch. */
  get fillsBatch(): boolean {
    return Math.max(this.#forward.length, this.#backward.length) >= this.#batchSize;
  }

  /**
   * A batch: of gradients and of answers without them, the kind that the attack which is the furthest behind waits for. It
   * catches up so, and asks in the same batches as the others again; as one of the last it would ask alone.
   * @param isFullFirst a kind that fills the batch comes first: while attacks that are to come may fill others later, or
   * where another batch is being answered.
   */
  takeBatch(isFullFirst: boolean): Waiting[] {
    const fills = (asks: readonly Waiting[]) => isFullFirst && asks.length >= this.#batchSize;
    const [gradients, answers] = [this.#backward, this.#forward];
    const isBackward = fills(gradients) || (!fills(answers) && progressOf(gradients) <= progressOf(answers));
    return (isBackward ? gradients : answers).splice(0, this.#batchSize);
  }
}

/** How much an attack has asked that has waited the longest for its turn. */
function progressOf([first]: readonly Waiting[]): number {
  return first === undefined ? Number.POSITIVE_INFINITY : (first.ask.question ?? 0);
}
