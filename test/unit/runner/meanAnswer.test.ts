import assert from 'node:assert/strict';
import { meanAnswer } from '../../../src/runner/meanAnswer.ts';
import { runAttack } from '../../../src/runner/runAttack.ts';
import { firstFailure, itPasses } from '../../support/checks.ts';
import { itFailsOf } from '../../support/mutants/itFailsOf.ts';
import { rewrittenPart } from '../../support/mutants/rewrite.ts';
import { meanAnswerChecks, samplingChecks } from './meanAnswerChecks.ts';

const rewrites = {
  'each answer is given alone': [
    'if (sample && sample.answers.push(answer) < sample.size) return;',
    'sample?.answers.push(answer);',
  ],
  'what is proposed is judged by one answer': ['point: judged }, this.#samples)', 'point: judged }, 1)'],
  'answers are not counted one by one': ['    this.#count(answer);\n', ''],
} as const;

describe('several answers about one point', () => {
  itPasses(meanAnswerChecks, meanAnswer);
  itPasses(samplingChecks, runAttack);

  describe('are told from mistakes in their mean', () => {
    itFailsOf(meanAnswerChecks, 'runner/meanAnswer.ts', 'meanAnswer', {
      'it is their sum': ['sum / rows.length', 'sum'],
      'the last of equals is predicted': ['next[1] > best[1]', 'next[1] >= best[1]'],
      'the first decides': ['mostFrequent(answers.map(({ decision }) => decision))', 'first.decision'],
    });
  });

  describe('are told from mistakes in who gets them', () => {
    for (const [mistake, rewrite] of Object.entries(rewrites)) {
      it(`where ${mistake}`, async () => {
        const place = { folder: 'runner', file: 'runAttack', exported: 'runAttack', part: 'conversation' };
        const mutant = await rewrittenPart<typeof runAttack>(place, rewrite);
        assert.notEqual(await firstFailure(samplingChecks, mutant), undefined, 'the mutant passes every check');
      });
    }
  });
});
