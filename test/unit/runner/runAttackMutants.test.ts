import assert from 'node:assert/strict';
import type { runAttack } from '../../../src/runner/runAttack.ts';
import { firstFailure } from '../../support/checks.ts';
import { anyCounterexampleWillDo } from '../../support/mutants/itFails.ts';
import { type Rewrite, rewrittenPart } from '../../support/mutants/rewrite.ts';
import { runnerChecks } from './runnerChecks.ts';

/** Mistakes in each file of the runner. */
const rewrites: Readonly<Record<string, Readonly<Record<string, Rewrite>>>> = {
  runAttack: {
    'images that ask nothing are lost': [
      'finished.push(conversation);',
      'if (conversation.outcome.queries.points > 0) finished.push(conversation);',
    ],
    'the last image is left out': [
      'for (const { outcome } of finished) yield outcome;',
      'for (const { outcome } of finished) if (isMore || active > 0) yield outcome;',
    ],
    'no more images are taken in than a batch holds': [
      'active < (concurrency + 2) * batchSize',
      'active < Math.min(batchSize, 2)',
    ],
    'answers go to others': ['const answer = answers[i];', 'const answer = answers[batch.length - 1 - i];'],
    'batches are asked for one at a time': ['flights.length < concurrency &&', 'flights.length < 1 &&'],
    'batches that are not full are asked for ahead': [
      '!queue.isEmpty : queue.fillsBatch',
      '!queue.isEmpty : !queue.isEmpty',
    ],
    'who is behind comes first, ahead of a batch even': ['isMore || flights.length > 0', 'isMore'],
    'who is behind has to wait for others to the end': ['isMore || flights.length > 0', 'true'],
  },
  askQueue: {
    'a full batch has to wait for who is behind': ['isFullFirst && asks.length', 'false && asks.length'],
    'the kind that more ask for comes first': [
      'progressOf(gradients) <= progressOf(answers)',
      'gradients.length >= answers.length',
    ],
    'batches are larger than the victim likes': ['.splice(0, this.#batchSize)', '.splice(0, 2 * this.#batchSize)'],
  },
  conversation: {
    'points out of the budget count': [
      'normsWithin(image, point, this.#budget, victim.input.channels)',
      "normsWithin(image, point, { norm: 'linf', epsilon: Infinity }, victim.input.channels)",
    ],
    'points off the grid count': ['const offGrid = quantize && !isOnGrid(point);', 'const offGrid = false;'],
    'the original counts as an adversarial example': [
      'if (slot !== undefined && norms.linf === 0 && !success) return;',
      '',
    ],
    'it goes on after success': ['this.#best?.success && this.#options.stopAtSuccess', 'false'],
    'it ends at the first success whatever it was told': [
      'this.#best?.success && this.#options.stopAtSuccess',
      'this.#best?.success',
    ],
    'the first point is kept': ['known === undefined || gain(found, known, wish) > 0', 'known === undefined'],
    'points that are kept are not copied': ['{ ...found, point: found.point.slice() }', 'found'],
    'failures are judged by the first': ['ahead < known.lead', 'ahead < Infinity'],
    'the last point is kept': ['return isBetter ? { ...found, point: found.point.slice() } : known;', 'return found;'],
    'an attack sees logits that are not for it': [
      "threatModel === 'decision-based' ? { decision: answer.decision } : answer",
      "threatModel === 'decision-based' ? answer : answer",
    ],
    'points are not counted': ['this.#queries.points++;', ''],
    'gradients are not counted': ['this.#queries.gradients++;', ''],
    'proposals are not copied': [
      'roundToGrid(image, point, this.#budget.norm) : point.slice()',
      'roundToGrid(image, point, this.#budget.norm) : point',
    ],
    'the grid is never settled': ['if (found === undefined || this.#settled) return;', 'return;'],
    'every example has the same randomness': [
      'xoroshiro128plus(subject.seed)',
      'xoroshiro128plus(subject.seed + index)',
    ],
    'it stops before all is judged': ['if (this.#pending > 0) return;', ''],
    'nothing is recorded': ['subject.record && victim', 'false && victim'],
    'what is not to be recorded is': ["subject.record && victim.access !== 'labels'", "victim.access !== 'labels'"],
  },
  candidate: {
    'a failure is better than a success': ['return a.success ? 1 : -1;', 'return a.success ? -1 : 1;'],
    'the farther of two successes is better': ['b.norms[norm] - a.norms[norm]', 'a.norms[norm] - b.norms[norm]'],
    'the failure that is farther off is better': ['a.lead - b.lead', 'b.lead - a.lead'],
    'the later of equals is better': ['|| b.order - a.order', '|| a.order - b.order'],
  },
};

describe('the checks of the runner tell broken code from sound code', () => {
  anyCounterexampleWillDo();

  for (const [part, mistakes] of Object.entries(rewrites)) {
    describe(`in ${part}`, () => {
      for (const [name, rewrite] of Object.entries(mistakes)) {
        it(`where ${name}`, async () => {
          const place = { folder: 'runner', file: 'runAttack', exported: 'runAttack', part };
          const mutant = await rewrittenPart<typeof runAttack>(place, rewrite);
          assert.notEqual(await firstFailure(runnerChecks, mutant), undefined, 'the mutant passes every check');
        });
      }
    });
  }
});
