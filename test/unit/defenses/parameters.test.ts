import assert from 'node:assert/strict';
import { completeDefenseParameters } from '../../../src/defenses/parameters.ts';
import { amountSchema } from '../../../src/parameters/amount.ts';

const fallback = <T>(value: T) => ({ value, text: String(value), source: 'a paper' });
const definition = {
  parameters: {
    epsilon: { description: 'Budget.', schema: amountSchema, default: fallback(0.3) },
    steps: { description: 'Steps.', schema: { type: 'integer' }, default: fallback(7) },
    balanced: { description: 'Balance.', schema: { type: 'boolean' }, default: fallback(true) },
  },
};

describe('the parameters of a defense', () => {
  it('are the defaults where the settings give none', () => {
    assert.deepEqual(completeDefenseParameters(definition, {}), { epsilon: 0.3, steps: 7, balanced: true });
  });

  it('are what the settings give, amounts as numbers', () => {
    const given = { epsilon: '8/255', steps: 3, balanced: false };
    assert.deepEqual(completeDefenseParameters(definition, given), { epsilon: 8 / 255, steps: 3, balanced: false });
    assert.equal(completeDefenseParameters(definition, { epsilon: 0.1 }).epsilon, 0.1);
  });

  it('are nothing that settings inherit from objects', () => {
    const tricky = { parameters: { toString: { description: '', schema: {}, default: fallback('own') } } };
    assert.deepEqual(completeDefenseParameters(tricky, {}), { toString: 'own' });
  });

  it('refuse an amount without a value', () => {
    assert.throws(() => completeDefenseParameters(definition, { epsilon: '1/0' }), RangeError);
  });
});
