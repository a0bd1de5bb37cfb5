import assert from 'node:assert/strict';
import { stateAfter, type Trial } from '../../../src/corpus/states.ts';

const expected: Readonly<Record<Trial, readonly [before: string, onceFixed: string]>> = {
  fooled: ['stillFooled', 'newlyFooled'],
  foundAnother: ['fixedForThisImageOnly', 'newlyFooled'],
  notAttacked: ['fixedForThisImageOnly', 'fixedForThisImageOnly'],
  withstood: ['fixed', 'fixed'],
};

describe('the state of a known counterexample', () => {
  for (const [trial, [before, onceFixed]] of Object.entries(expected)) {
    it(`after a trial: ${trial}`, () => {
      assert.equal(stateAfter(trial as Trial, false), before);
      assert.equal(stateAfter(trial as Trial, true), onceFixed);
    });
  }
});
