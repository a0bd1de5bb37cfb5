import assert from 'node:assert/strict';
import { audit } from '../../../src/audit/audit.ts';
import { firstFailure, itPasses } from '../../support/checks.ts';
import { type Rewrite, rewrittenPart } from '../../support/mutants/rewrite.ts';
import { auditCostChecks } from './auditCostChecks.ts';

describe('what an audit costs', () => {
  itPasses(auditCostChecks, audit);
});

const rewrites: Readonly<Record<string, Rewrite>> = {
  'it takes half of what the attack took': ['const share = 1 / 4', 'const share = 1 / 2'],
  'it takes an eighth of it': ['const share = 1 / 4', 'const share = 1 / 8'],
  'small tests are audited at length': ['const leastAllowance = 1500', 'const leastAllowance = 15000'],
  'an exhaustive one is none': ['options.exhaustive ? Infinity : allowanceOf(options)', 'allowanceOf(options)'],
  'what is spent is forgotten': ['spent += passes;', ''],
  'checks are left out whatever they cost': ['if (cost <= left) return undefined;', ''],
  'the sample is whatever it costs': [
    'images > 0 && costOfEssentials(trial) > allowance',
    'images > 0 && allowance < 0',
  ],
};

describe('the checks tell broken code from sound code in what an audit costs', () => {
  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const place = { folder: 'audit', file: 'audit', exported: 'audit' };
      const mutant = await rewrittenPart<typeof audit>(place, rewrite);
      assert.notEqual(await firstFailure(auditCostChecks, mutant), undefined, 'the mutant passes every check');
    });
  }
});
