import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BaselineLine } from '../../../src/corpus/baseline.ts';
import { compareWithBaseline, type Measured } from '../../../src/corpus/compareWithBaseline.ts';
import { hashOf } from '../../support/counterexamples.ts';

type Status = BaselineLine['status'];

/** Examples with what they came to in the baseline and now; missing where they were not tried. */
function compared(
  outcomes: readonly (readonly [was: Status | undefined, now: Status | undefined])[],
  isTargeted = false,
) {
  const lines = outcomes.flatMap(([status], i): BaselineLine[] =>
    status ? [{ example: hashOf(`${i}`), test: 'm › t', status, model: hashOf('before') }] : [],
  );
  const measured = outcomes.flatMap(([, status], i): Measured[] =>
    status ? [{ example: hashOf(`${i}`), image: `${i}.png`, status }] : [],
  );
  return compareWithBaseline(measured, lines, isTargeted);
}

/** The same outcome several times. */
function times(count: number, was: Status | undefined, now: Status | undefined) {
  return Array.from({ length: count }, () => [was, now] as const);
}

const resultOf = (outcomes: Parameters<typeof compared>[0], isTargeted = false) =>
  compared(outcomes, isTargeted).rounds[0]?.result;

describe('a comparison with the baseline', () => {
  it('is the same for the same outcomes, whatever they are', () => {
    const statuses = fc.constantFrom<Status>('wrong', 'rejected', 'ineligible', 'fooled', 'undecided', 'held');
    fc.assert(
      fc.property(fc.array(statuses, { minLength: 1, maxLength: 40 }), fc.boolean(), (all, isTargeted) => {
        const { rounds, added, missing } = compared(
          all.map((status) => [status, status] as const),
          isTargeted,
        );
        const [{ result, newlyFooled, newlyRobust, pValue }] = rounds as [(typeof rounds)[number]];
        assert.deepEqual([result, newlyFooled, newlyRobust, pValue, added, missing], ['same', [], 0, 1, 0, 0]);
      }),
    );
  });

  it('is not worse for a few images, and names them', () => {
    const { rounds } = compared([...times(5, 'held', 'fooled'), ...times(50, 'held', 'held')]);
    assert.deepEqual(rounds[0], {
      result: 'same',
      pairs: 55,
      newlyFooled: ['0.png', '1.png', '2.png', '3.png', '4.png'],
      undecided: 0,
      newlyRobust: 0,
      pValue: 0.0625,
    });
  });

  it('is worse for six that nothing makes up for, and not for six of which two are made up for', () => {
    assert.equal(resultOf([...times(6, 'held', 'fooled'), ...times(50, 'held', 'held')]), 'worse');
    assert.equal(resultOf([...times(6, 'held', 'fooled'), ...times(2, 'fooled', 'held')]), 'same');
  });

  it('is better the other way around', () => {
    assert.equal(resultOf(times(6, 'fooled', 'held')), 'better');
    assert.equal(resultOf(times(5, 'fooled', 'held')), 'same');
  });

  it('counts an image as lost that is wrong or rejected now, but not with a target', () => {
    assert.equal(resultOf(times(6, 'held', 'wrong')), 'worse');
    assert.equal(resultOf(times(6, 'held', 'rejected')), 'worse');
    assert.deepEqual(compared(times(6, 'held', 'wrong'), true).rounds[0]?.pairs, 0);
  });

  it('is undecided where it depends on images on which the attack had nothing to follow', () => {
    assert.equal(resultOf([...times(3, 'held', 'fooled'), ...times(3, 'held', 'undecided')]), 'undecided');
    assert.equal(resultOf([...times(6, 'held', 'fooled'), ...times(3, 'held', 'undecided')]), 'worse');
    assert.equal(resultOf([...times(2, 'held', 'undecided'), ...times(50, 'held', 'held')]), 'same');
    assert.equal(resultOf([...times(9, 'undecided', 'fooled')]), 'same');
  });

  it('counts what only one side has', () => {
    const { added, missing, rounds } = compared([
      ...times(2, undefined, 'held'),
      ...times(3, 'held', undefined),
      ['held', 'held'],
    ]);
    assert.deepEqual([added, missing, rounds[0]?.pairs], [2, 3, 1]);
  });

  it('compares each budget with its own', () => {
    const at = (epsilon: number, status: Status) => ({ example: hashOf('a'), epsilon, status });
    const { rounds } = compareWithBaseline(
      [at(0.1, 'held'), at(0.2, 'fooled')].map((one) => ({ ...one, image: 'a.png' })),
      [at(0.1, 'held'), at(0.2, 'held')].map((one) => ({ ...one, test: 'm › t', model: hashOf('before') })),
      false,
    );
    assert.deepEqual(
      rounds.map(({ epsilon, newlyFooled }) => [epsilon, newlyFooled]),
      [
        [0.1, []],
        [0.2, ['a.png']],
      ],
    );
  });
});
