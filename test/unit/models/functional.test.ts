import assert from 'node:assert/strict';
import fc from 'fast-check';
import { argmax, type LogitsFunctional, seed, softmax } from '../../../src/models/functional.ts';
import { itPasses } from '../../support/checks.ts';
import { functionalChecks } from './functionalChecks.ts';

const logits = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 8 });

describe('functionals', () => {
  itPasses(functionalChecks, seed);

  const needs: [LogitsFunctional, number][] = [
    [{ kind: 'margin', label: 0 }, 2],
    [{ kind: 'dlr', label: 0 }, 3],
    [{ kind: 'targetedDlr', label: 0, target: 1 }, 4],
  ];
  for (const [functional, needed] of needs) {
    it(`${functional.kind}: says that it needs ${needed} classes`, () => {
      const enough = Array.from({ length: needed }, (_, i) => -i);
      assert.ok(Number.isFinite(seed(functional, enough).value));
      const words = new RegExp(`${functional.kind}.* needs at least ${needed} classes.* has ${needed - 1}`);
      assert.throws(() => seed(functional, enough.slice(1)), { name: 'RangeError', message: words });
    });
  }

  it('dlr: has a finite gradient where logits are equal', () => {
    const { value, gradient } = seed({ kind: 'dlr', label: 0 }, [1, 1, 1]);
    assert.equal(value, 0);
    assert.ok(gradient.every(Number.isFinite));
  });
});

describe('softmax', () => {
  it('gives probabilities, whatever the logits', () => {
    fc.assert(
      fc.property(logits, (row) => {
        const p = softmax(row);
        assert.ok(p.every((value) => value >= 0 && value <= 1));
        assert.ok(Math.abs(p.reduce((a, b) => a + b, 0) - 1) < 1e-12);
        assert.equal(p[argmax(row)], Math.max(...p));
      }),
    );
  });

  it('leaves the logits alone', () => {
    const row = Float32Array.of(1, 2, 3);
    softmax(row);
    assert.deepEqual(row, Float32Array.of(1, 2, 3));
  });
});

describe('argmax', () => {
  it('is the first of the largest', () => {
    assert.equal(argmax([1, 3, 3, 2]), 1);
    assert.equal(argmax([-3, -2, -2]), 1);
  });

  it('leaves a class out as if it were −∞', () => {
    assert.equal(argmax([-3, -1, -2], 1), 2);
    assert.equal(argmax([Number.NEGATIVE_INFINITY, 5], 1), 0);
  });
});
