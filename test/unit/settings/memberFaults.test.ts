import assert from 'node:assert/strict';
import { catalog } from '../../../src/attacks/catalog.ts';
import { checkTest } from '../../../src/settings/checkTest.ts';

const test = { model: 'signs', dataset: 'street', attack: 'nes', epsilon: '8/255', expect: { robustAccuracy: 0.4 } };
const faultsOf = (attack: unknown) =>
  checkTest({ ...test, parameters: { attack } }, catalog).map(({ path, message }) => `${path.join(' › ')}: ${message}`);

describe('an attack that is a parameter of another one', () => {
  it('is named, or given with its own parameters', () => {
    assert.deepEqual(faultsOf('mifgsm'), []);
    assert.deepEqual(faultsOf({ attack: 'pgd' }), []);
    assert.deepEqual(faultsOf({ attack: 'pgd', parameters: { steps: 5, stepSize: '1/255' } }), []);
  });

  it('has its mistakes found where they are', () => {
    assert.match(faultsOf('boundary')[0] ?? '', /^parameters › attack: "boundary" is not valid: enter one of fgsm, /);
    assert.match(faultsOf({ parameters: {} })[0] ?? '', /^parameters › attack › attack: "attack" is missing/);
    assert.deepEqual(faultsOf({ attack: 'pgd', parameters: { stepz: 5 } }), [
      'parameters › attack › parameters › stepz: There is no setting "stepz" here. Did you mean "steps"?',
    ]);
    assert.deepEqual(faultsOf({ attack: 'pgd', parameters: { steps: 0 } }), [
      'parameters › attack › parameters › steps: 0 is not valid: it must be at least 1.',
    ]);
    assert.deepEqual(faultsOf({ attack: 'pgd', parameters: { stepSize: '1/0' } }), [
      'parameters › attack › parameters › stepSize: "1/0" divides by zero.',
    ]);
  });
});
