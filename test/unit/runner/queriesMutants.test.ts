import assert from 'node:assert/strict';
import { firstFailure } from '../../support/checks.ts';
import { anyCounterexampleWillDo } from '../../support/mutants/itFails.ts';
import { type Rewrite, rewrittenPart } from '../../support/mutants/rewrite.ts';
import { queriesChecks } from './queriesChecks.ts';

const mistakes: Readonly<Record<string, Rewrite>> = {
  'nothing is remembered': ['this.#cache?.set(ask.key ?? keyOf(ask.point), mean);', ''],
  'points of one query are asked twice': ['&& of === undefined;', ';'],
  'what is asked once is answered once': ['this.#answers[slot] = this.#answers[of] as Answer;', 'void [slot, of];'],
  'the limit is forgotten': ['attack.choice.queries ?? Infinity', 'Infinity'],
  'the limit is one less': ['+ asks.length > this', '+ asks.length >= this'],
  'nothing is kept for the grid': ['limit - Math.min(latticeQueries, Math.ceil(limit / 2))', 'limit'],
  'the grid is not looked at after the limit': [
    '          if (this.#pending === 0) this.#settle();\n          return;',
    '          return;',
  ],
  'what is known is proposed again': ['(known ? [] : asks)', 'asks'],
};

describe('the checks tell broken code from sound code in the queries of an attack', () => {
  anyCounterexampleWillDo();
  for (const [name, rewrite] of Object.entries(mistakes)) {
    it(`where ${name}`, async () => {
      const place = { folder: 'runner', file: 'runAttack', exported: 'outcomesOf', part: 'conversation' };
      const mutant = await rewrittenPart<Parameters<(typeof queriesChecks)[string]>[0]>(place, rewrite);
      assert.notEqual(await firstFailure(queriesChecks, mutant), undefined, 'the mutant passes every check');
    });
  }
});
