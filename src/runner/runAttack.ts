import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AttackDefinition, ThreatModel } from '../attacks/attackDefinition.ts';
import { UserError } from '../userError.ts';
import { definitionOf } from './configuredAttack.ts';
import { Conversation, type Outcome, type RunOptions, type Subject } from './conversation.ts';
import { type Access, accesses, type Victim } from './victim.ts';

/** What must answer what for attacks of a threat model: a victim, or for transfer a surrogate. */
const needed: Readonly<Record<ThreatModel, Access>> = {
  'white-box': 'gradients',
  'score-based': 'scores',
  'decision-based': 'labels',
  transfer: 'gradients',
};

const namesOfAccess: Readonly<Record<Access, string>> = {
  labels: 'predictions',
  scores: 'the scores of all classes',
  gradients: 'gradients',
};

/**
 * Attacks many images at once, packing the queries of different examples into full batches; examples are yielded as they
 * finish. What an example comes to does not depend on the others.
 * @throws UserError when the victim cannot answer what the attack asks, or answers with numbers that are not finite.
 */
export async function* runAttack(options: RunOptions, subjects: readonly Subject[]): AsyncGenerator<Outcome> {
  const { victim, signal, definition = definitionOf(options.attack.attack) } = options;
  checkAccess(definition, victim);
  const { batchSize } = victim;
  const waiting = subjects.map((subject, index) => ({ subject, index })).values();
  let active: Conversation[] = [];
  for (;;) {
    // Twice a batch, so that full batches can be made while examples differ in what they ask.
    while (active.length < 2 * batchSize) {
      const next = waiting.next();
      if (next.done) break;
      const conversation = new Conversation({ ...options, definition }, next.value.subject, next.value.index);
      if (conversation.done) yield conversation.outcome;
      else active.push(conversation);
    }
    if (active.length === 0) return;
    // Engines compute without giving way; messages, such as a cancellation, get their turn here.
    await nextTurn();
    signal?.throwIfAborted();
    await answerBatch(victim, active);
    for (const { outcome, done } of active) if (done) yield outcome;
    active = active.filter(({ done }) => !done);
  }
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

/** Asks about as many points as a batch holds: of gradients and of answers without them, the kind that fills it better. */
async function answerBatch(victim: Victim, active: readonly Conversation[]): Promise<void> {
  const pending = active.flatMap((conversation) => conversation.pending.map((ask) => ({ conversation, ask })));
  const backward = pending.filter(({ ask }) => ask.functionals);
  const forward = pending.filter(({ ask }) => !ask.functionals);
  const fuller = backward.length >= Math.min(forward.length, victim.batchSize) ? backward : forward;
  const batch = fuller.slice(0, victim.batchSize);
  const answers = await victim.answer(batch.map(({ ask }) => ask));
  for (const [i, { conversation, ask }] of batch.entries()) {
    const answer = answers[i];
    if (answer === undefined) throw new Error(`the victim gave ${answers.length} answers to ${batch.length} asks`);
    conversation.answer(ask, answer);
  }
}
