import assert from 'node:assert/strict';
import { formatEpsilon } from '../../../src/reports/format.ts';

describe('formatEpsilon', () => {
  it('counts gray levels in linf only', () => {
    assert.equal(formatEpsilon(8 / 255, 'linf'), '8/255');
    assert.equal(formatEpsilon(0.01, 'linf'), '0.01');
    assert.equal(formatEpsilon(1, 'linf'), '1');
    assert.equal(formatEpsilon(0.2, 'l2'), '0.2');
    assert.equal(formatEpsilon(1, 'l0'), '1');
  });
});
