import assert from 'node:assert/strict';
import { type Answer, back, fill, type Place, type Step } from '../../../../src/extension/questions/form.ts';

interface Answers {
  readonly a: string;
  readonly b: string;
  readonly c: string;
}

/** A form of which `given` lists the answers in the order in which they are given, and what it has asked. */
function formOf(given: readonly Answer<string>[]) {
  const left = [...given];
  const asked: string[] = [];
  const ask =
    (key: keyof Answers) =>
    async (known: Partial<Answers>, { step, steps }: Place): Promise<Answer<Partial<Answers>>> => {
      asked.push(`${key} ${step}/${steps} ${Object.values(known).join('')}`.trim());
      const answer = left.shift();
      return answer === undefined || answer === back ? answer : { [key]: answer };
    };
  const steps: Step<Answers>[] = [
    { ask: ask('a') },
    { ask: ask('b'), applies: ({ a }) => a !== 'without b' },
    { ask: ask('c') },
  ];
  return { asked, filled: fill('Attack', steps) };
}

describe('a form', () => {
  it('asks one question after the other, and says how many there are', async () => {
    const { asked, filled } = formOf(['1', '2', '3']);
    assert.deepEqual(await filled, { a: '1', b: '2', c: '3' });
    assert.deepEqual(asked, ['a 1/3', 'b 2/3 1', 'c 3/3 12']);
  });

  it('leaves out what an answer makes needless', async () => {
    const { asked, filled } = formOf(['without b', '3']);
    assert.deepEqual(await filled, { a: 'without b', c: '3' });
    assert.deepEqual(asked, ['a 1/3', 'c 2/2 without b']);
  });

  it('goes back to the question that was asked before, without what was answered since', async () => {
    const { asked, filled } = formOf(['1', '2', back, back, 'without b', back, '1', '2', '3']);
    assert.deepEqual(await filled, { a: '1', b: '2', c: '3' });
    assert.deepEqual(asked.slice(2), [
      'c 3/3 12',
      'b 2/3 1',
      'a 1/3',
      'c 2/2 without b',
      'a 1/3',
      'b 2/3 1',
      'c 3/3 12',
    ]);
  });

  it('stays at its first question when there is nothing before it', async () => {
    const { asked, filled } = formOf([back, '1', '2', '3']);
    assert.deepEqual(await filled, { a: '1', b: '2', c: '3' });
    assert.deepEqual(asked.slice(0, 2), ['a 1/3', 'a 1/3']);
  });

  it('is nothing when the user has left', async () => {
    assert.equal(await formOf(['1', undefined]).filled, undefined);
  });
});
