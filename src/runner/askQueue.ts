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

  /** A batch: of gradients and of answers without them, the kind that fills it better. */
  takeBatch(): Waiting[] {
    const isBackward = this.#backward.length >= Math.min(this.#forward.length, this.#batchSize);
    return (isBackward ? this.#backward : this.#forward).splice(0, this.#batchSize);
  }
}
