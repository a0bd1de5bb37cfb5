import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AttackDefinition, ThreatModel } from '../attacks/attackDefinition.ts';
import type { Answer } from '../attacks/dialogue.ts';
import { UserError } from '../userError.ts';
import { AskQueue, type Waiting } from './askQueue.ts';
import { definitionOf } from './configuredAttack.ts';
import { Conversation, type Outcome, type RunOptions, type Subject } from './conversation.ts';
import { type Access, accesses, type Victim } from './victim.ts';

/** What must answer what for attacks of a threat model: a victim, or for transfer a surrogate. */
const needed: Readonly<Record<ThreatModel, Access>> = {
  'white-box': 'gradients',
  'score-based': 'scores',
  'decision-based': 'labels',
  transfer: 'gradients',
  'semi-white-box': 'labels',
};

const namesOfAccess: Readonly<Record<Access, string>> = {
  labels: 'predictions',
  scores: 'the scores of all classes',
  gradients: 'gradients',
};

/** A batch that the victim is answering. */
interface Flight {
  readonly batch: readonly Waiting[];
  readonly answers: Promise<readonly Answer[]>;
}

/**
 * Attacks many images at once, packing the queries of different examples into full batches; examples are yielded as they
 * finish. While the victim answers a batch, attacks prepare the next, if it takes several at a time. What an example comes
 * to does not depend on the others.
 * @throws UserError when the victim cannot answer what the attack asks, or answers with numbers that are not finite.
 */
export async function* runAttack(
  options: RunOptions,
  subjects: Iterable<Subject> | AsyncIterable<Subject>,
): AsyncGenerator<Outcome> {
  const { victim, signal, definition = definitionOf(options.attack.attack) } = options;
  checkAccess(definition, victim);
  const { batchSize, concurrency = 1 } = victim;
  // Images are taken in when there is room for them, and let go when they are done.
  const waiting = Symbol.asyncIterator in subjects ? subjects[Symbol.asyncIterator]() : subjects[Symbol.iterator]();
  const queue = new AskQueue(batchSize);
  const flights: Flight[] = [];
  let [active, taken, isMore] = [0, 0, true];
  let finished: Conversation[] = [];
  const takeIn = (conversation: Conversation) => {
    queue.add(conversation);
    if (!conversation.done) return;
    finished.push(conversation);
    active--;
  };
  try {
    for (;;) {
      // Two batches more than are in the air, so that full ones can be made while examples differ in what they ask, and
      // that few are left over for smaller ones in the end.
      while (isMore && active < (concurrency + 2) * batchSize) {
        const next = await waiting.next();
        isMore = !next.done;
        if (next.done) break;
        active++;
        takeIn(new Conversation({ ...options, definition }, next.value, taken++));
      }
      // Some engines compute without giving way; messages, such as a cancellation, get their turn here.
      await nextTurn();
      signal?.throwIfAborted();
      while (flights.length < concurrency && (flights.length === 0 ? !queue.isEmpty : queue.fillsBatch)) {
        flights.push(launch(victim, queue.takeBatch(isMore || flights.length > 0)));
      }
      for (const { outcome } of finished) yield outcome;
      finished = [];
      const flight = flights.shift();
      if (flight === undefined && isMore) continue;
      if (flight === undefined) return;
      const { batch } = flight;
      const answers = await flight.answers;
      for (let i = 0; i < batch.length; i++) {
        const { conversation, ask } = batch[i] as Waiting;
        const answer = answers[i];
        if (answer === undefined) throw new Error(`the victim gave ${answers.length} answers to ${batch.length} asks`);
        conversation.answer(ask, answer);
        takeIn(conversation);
      }
    }
  } finally {
    await waiting.return?.();
    await Promise.allSettled(flights.map(({ answers }) => answers));
  }
}

function launch(victim: Victim, batch: readonly Waiting[]): Flight {
  const answers = victim.answer(batch.map(({ ask }) => ask));
  // It is waited for later, and an error must not count as nobody's until then.
  answers.catch(() => {});
  return { batch, answers };
}

/** The outcomes of an attack in the order of the images. @throws as `runAttack` does. */
export async function outcomesOf(options: RunOptions, subjects: readonly Subject[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of runAttack(options, subjects)) outcomes[outcome.index] = outcome;
  return outcomes;
}

function checkAccess({ title, threatModel }: AttackDefinition, { access, obstacle }: Victim): void {
  const need = needed[threatModel];
  if (accesses.indexOf(access) >= accesses.indexOf(need)) return;
  const why = obstacle === undefined ? '' : `: ${obstacle}`;
  throw new UserError(`${title} needs ${namesOfAccess[need]}, and this model gives none${why}.`);
}
