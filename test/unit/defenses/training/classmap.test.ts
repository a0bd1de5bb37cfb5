import assert from 'node:assert/strict';
import { cheapestAssignment } from '../../../../src/defenses/training/collaborative/assignment.ts';
import { chooseClassmap, MeanAnswers } from '../../../../src/defenses/training/collaborative/classmap.ts';
import { itPasses } from '../../../support/checks.ts';
import { anyCounterexampleWillDo, itFails } from '../../../support/mutants/itFails.ts';
import { itFailsOf } from '../../../support/mutants/itFailsOf.ts';
import { classmapChecks } from './classmapChecks.ts';

describe('the classmap of collaborative training', () => {
  itPasses(classmapChecks, chooseClassmap);

  it('averages the answers to the examples of each class', () => {
    const mean = new MeanAnswers(2);
    mean.add(0, [0.25, 0.75]);
    mean.add(0, [0.75, 0.25]);
    mean.add(0, [0, 1]);
    assert.deepEqual(mean.rows(), [
      [1 / 3, 2 / 3],
      [0.5, 0.5],
    ]);
  });

  it('assigns a thousand classes within seconds', () => {
    // The cheapest is the diagonal that the modulus leaves at 0: column i + 1.
    const size = 1000;
    const costs = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => (i === j ? Infinity : ((j - i - 1 + size) % size) ** 0.5)),
    );
    assert.deepEqual(
      cheapestAssignment(costs),
      costs.map((_, i) => (i + 1) % size),
    );
  });
});

describe('a mistaken classmap fails its checks', () => {
  anyCounterexampleWillDo();

  itFails(classmapChecks, {
    'least and most likely are mixed up': (answers, { pairs, distinct }) =>
      chooseClassmap(answers, { pairs: pairs === 'least-likely' ? 'most-likely' : 'least-likely', distinct }),
    'partners always differ': (answers, { pairs }) => chooseClassmap(answers, { pairs, distinct: true }),
    'partners may always be the same': (answers, { pairs }) => chooseClassmap(answers, { pairs, distinct: false }),
    'rows and columns are mixed up': (answers, pairing) =>
      chooseClassmap(
        answers.map((row, i) => row.map((_, j) => answers[j]?.[i] as number)),
        pairing,
      ),
    'each class takes the best partner that is left': (answers, { pairs, distinct }) =>
      distinct
        ? answers.reduce<number[]>((taken, row, label) => {
            const free = row.map((_, j) => j).filter((j) => j !== label && !taken.includes(j));
            const sign = pairs === 'least-likely' ? 1 : -1;
            free.sort((a, b) => sign * ((row[a] as number) - (row[b] as number)));
            return taken.concat(free[0] ?? label);
          }, [])
        : chooseClassmap(answers, { pairs, distinct }),
  });

  itFailsOf(classmapChecks, 'defenses/training/collaborative/classmap.ts', 'chooseClassmap', {
    'a class may be its own partner': ['(j === label ? Infinity : sign * p)', 'sign * p'],
    'the class itself is not left out': ['        label,\n      ),\n', '      ),\n'],
  });
});
