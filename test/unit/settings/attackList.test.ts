import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import { fgsm } from '../../../src/attacks/gradient/fgsm.ts';
import { readAttackList } from '../../../src/settings/attackList.ts';

describe('a list of attacks in a test', () => {
  it('has the norms and goals that all of them have, the usual first', () => {
    const { definition, faults } = readAttackList(['pgd', { attack: 'deepfool' }, 'auto'], catalog);
    assert.deepEqual(faults, []);
    assert.deepEqual(
      [definition?.norms, definition?.goals],
      [
        ['linf', 'l2'],
        ['untargeted', 'targeted'],
      ],
    );
  });

  it('has no attacks that know no norm in common', () => {
    const attacks = new Map(
      (['linf', 'l1'] as const).map((norm) => [norm, { ...fgsm, id: norm, title: norm, norms: [norm] }]),
    ) as unknown as ReadonlyMap<string, AttackDefinition>;
    assert.deepEqual(readAttackList(['linf', 'l1'], attacks).faults, [
      {
        path: ['attack'],
        message: 'These attacks have no norm in common: linf (linf), l1 (l1). Make them separate tests.',
      },
    ]);
  });

  it('is read soon, however long it is', function () {
    // With a schema compiled for every entry it takes minutes.
    this.timeout(30_000);
    const list = Array.from({ length: 20_000 }, (_, i) => (i % 2 ? 1 : { attack: 'pgd', parameters: { steps: -1 } }));
    assert.equal(readAttackList(list, catalog).faults.length, list.length);
  });

  it('has no attacks that fool no model', () => {
    const messages = readAttackList(['pgd', 'linear', { attack: 'forge' }], catalog).faults.map(
      ({ message }) => message,
    );
    assert.deepEqual(messages, [
      'Linear explanation fools no model, so it cannot be part of a list. Make it a test of its own.',
      `${catalog.get('forge')?.title} fools no model, so it cannot be part of a list. Make it a test of its own.`,
    ]);
  });
});
