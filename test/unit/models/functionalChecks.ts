import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LogitsFunctional, seed } from '../../../src/models/functional.ts';
import type { Checks } from '../../support/checks.ts';

type SeedOf = typeof seed;

/** A step of central differences: the error is about 1e-10 where third derivatives are moderate. */
const step = 1e-5;

/** Logits far enough from each other that no difference quotient straddles a tie, and so do no three of them. */
const logits = fc
  .uniqueArray(fc.integer({ min: -60, max: 60 }), { minLength: 4, maxLength: 7 })
  .chain((tenths) => fc.constant(tenths.map((value) => value / 10)));

const scale = fc.option(fc.constantFrom(-1, 0.5, 3), { nil: undefined });

const functionals: Record<string, (label: number, target: number, scale?: number) => LogitsFunctional> = {
  crossEntropy: (label, _, scale) => ({ kind: 'crossEntropy', label, scale }),
  margin: (label, _, scale) => ({ kind: 'margin', label, scale }),
  dlr: (label, _, scale) => ({ kind: 'dlr', label, scale }),
  targetedDlr: (label, target, scale) => ({ kind: 'targetedDlr', label, target, scale }),
  'probabilityDistance in l1': (_, target, scale) => ({ kind: 'probabilityDistance', target, norm: 'l1', scale }),
  'probabilityDistance in l2': (_, target, scale) => ({ kind: 'probabilityDistance', target, norm: 'l2', scale }),
};

/** The definitions once more, as the papers write them: with the label taken out of the list, and sorted. */
function defined(functional: LogitsFunctional, z: readonly number[]): number {
  const at = (k: number) => z[k] as number;
  const sorted = z.toSorted((a, b) => b - a);
  const rank = (k: number) => sorted[k - 1] as number;
  const others = (k: number) => Math.max(...z.filter((_, i) => i !== k));
  const total = z.reduce((sum, value) => sum + Math.exp(value), 0);
  const unscaled = () => {
    switch (functional.kind) {
      case 'crossEntropy':
        return -Math.log(Math.exp(at(functional.label)) / total);
      case 'margin':
        return at(functional.label) - others(functional.label);
      case 'dlr':
        return -(at(functional.label) - others(functional.label)) / (rank(1) - rank(3));
      case 'targetedDlr':
        return -(at(functional.label) - at(functional.target)) / (rank(1) - (rank(3) + rank(4)) / 2);
      case 'probabilityDistance': {
        const d = z.map((value, i) => Math.exp(value) / total - (i === functional.target ? 1 : 0));
        if (functional.norm === 'l1') return d.reduce((sum, value) => sum + Math.abs(value), 0);
        return d.reduce((sum, value) => sum + value * value, 0) / 2;
      }
    }
  };
  return (functional.scale ?? 1) * unscaled();
}

function close(actual: number, expected: number, tolerance: number): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= tolerance * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}

/** Checks of one kind of functional on random logits, labels and scales. */
function matchesDefinition(make: (label: number, target: number, scale?: number) => LogitsFunctional) {
  return (seedOf: SeedOf) =>
    fc.assert(
      fc.property(logits, fc.nat(), fc.nat(), scale, (z, a, b, factor) => {
        const label = a % z.length;
        const target = (label + 1 + (b % (z.length - 1))) % z.length;
        const functional = make(label, target, factor);
        const { value, gradient } = seedOf(functional, z);
        close(value, defined(functional, z), 1e-9);
        assert.equal(gradient.length, z.length);
        for (const [i, partial] of gradient.entries()) {
          const moved = (by: number) => defined(functional, z.with(i, (z[i] as number) + by));
          // float32 gradients: 1e-7, relatively.
          close(partial, (moved(step) - moved(-step)) / (2 * step), 1e-6);
        }
      }),
      { numRuns: 150 },
    );
}

/** Asserts that adding a constant to all logits changes nothing. */
function ignoresShifts(make: (label: number, target: number) => LogitsFunctional) {
  return (seedOf: SeedOf) =>
    fc.assert(
      fc.property(logits, fc.integer({ min: -1000, max: 1000 }), (z, shift) => {
        const [before, after] = [z, z.map((value) => value + shift)].map((row) => seedOf(make(0, 1), row));
        close(after?.value as number, before?.value as number, 1e-9);
        for (const [i, partial] of (after?.gradient ?? []).entries()) {
          close(partial, before?.gradient[i] as number, 1e-6);
        }
      }),
      { numRuns: 50 },
    );
}

/** What is known of the value and the gradient of every functional of the logits. */
export const functionalChecks: Checks<SeedOf> = {
  ...Object.fromEntries(
    Object.entries(functionals).flatMap(([name, make]) => [
      [`${name}: has the value and the gradient of its definition`, matchesDefinition(make)],
      [`${name}: does not change when all logits grow alike`, ignoresShifts(make)],
    ]),
  ),

  'crossEntropy: its gradient is exact when the model is sure': (seedOf) => {
    // 1 − p is lost to float64 when p is so near to 1, but p of the other class is not.
    const { gradient } = seedOf({ kind: 'crossEntropy', label: 0 }, [60, 0]);
    const p = Math.fround(Math.exp(-60));
    assert.deepEqual(gradient, Float32Array.of(-p, p));
  },

  'crossEntropy: its value is exact when the model is sure': (seedOf) => {
    close(seedOf({ kind: 'crossEntropy', label: 0 }, [60, 0]).value / Math.exp(-60), 1, 1e-9);
  },

  'crossEntropy: its direction is that of the other classes, however sure the model is': (seedOf) => {
    const { gradient } = seedOf({ kind: 'crossEntropy', label: 0, scale: 2 }, [150, 1, 0]);
    const odds = Math.exp(1);
    close(gradient[0] as number, -2, 1e-6);
    close(gradient[1] as number, (2 * odds) / (1 + odds), 1e-6);
    close(gradient[2] as number, 2 / (1 + odds), 1e-6);
  },

  'crossEntropy: is finite where logits are 1000 apart': (seedOf) => {
    const right = seedOf({ kind: 'crossEntropy', label: 1 }, [-500, 500, -500]);
    assert.equal(right.value, 0);
    // Where the true gradient is lost, its direction is not.
    assert.deepEqual(right.gradient, Float32Array.of(0.5, -1, 0.5));
    const wrong = seedOf({ kind: 'crossEntropy', label: 0 }, [-500, 500, -500]);
    assert.equal(wrong.value, 1000);
    assert.deepEqual(wrong.gradient, Float32Array.of(-1, 1, 0));
  },

  'margin: its label is out of the maximum, though all logits are negative': (seedOf) => {
    const { value, gradient } = seedOf({ kind: 'margin', label: 2 }, [-7, -5, -3]);
    assert.equal(value, 2);
    assert.deepEqual(gradient, Float32Array.of(0, -1, 1));
    assert.equal(seedOf({ kind: 'margin', label: 0 }, [-1e30, -2e30]).value, 1e30);
  },
};
