import assert from 'node:assert/strict';
import type { Rule } from '../../../src/models/onnx/gradient/rule.ts';
import { checkGradient, type GradientCheck } from './checkGradient.ts';

/** The oldest and the newest version of the standard that rules are written for. */
export const opsets = [17, 26] as const;

/** A variant of an operator; at the oldest and the newest version of the standard unless it states one. */
export type Variant = Omit<GradientCheck, 'operator' | 'domain'>;

/** Tests the variants of each operator of a family, and that no operator of the family is left out. */
export function testRules(
  family: string,
  rules: Readonly<Record<string, Rule>>,
  variants: Readonly<Record<string, readonly Variant[]>>,
): void {
  describe(`Gradient rules: ${family}`, () => {
    it('every operator is checked', () => {
      assert.deepEqual(Object.keys(variants).sort(), Object.keys(rules).sort());
    });
    for (const [name, checks] of Object.entries(variants)) {
      it(name, async () => {
        const [domain, operator] = partsOf(name);
        for (const check of checks) {
          for (const opset of check.opset === undefined ? opsets : [check.opset]) {
            await checkGradient({ ...check, operator, domain, opset });
          }
        }
      });
    }
  });
}

function partsOf(name: string): [domain: string, operator: string] {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
}
