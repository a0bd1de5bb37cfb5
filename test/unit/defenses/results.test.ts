import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describeResults } from '../../defenses/describeResults.ts';
import { keyOf } from '../../defenses/keyOf.ts';
import { barsOf, readResults } from '../../defenses/results.ts';
import { rows } from '../../defenses/rows.ts';

describe('the measured results of defenses', () => {
  const results = readResults();

  it('have a row for every defense and every detector, and it was measured with the inputs of today', () => {
    const stale = rows.filter(({ id, inputs }) => results[id]?.inputs !== keyOf(inputs));
    assert.deepEqual(
      stale.map(({ id }) => id),
      [],
      'npm run defenses measures them',
    );
  });

  for (const { text, found, isMet } of barsOf(results)) {
    it(`come to what they must: ${text}`, () => assert.ok(isMet, found ?? 'not measured'));
  }

  it('are what the page shows', () => {
    const page = readFileSync(path.join(import.meta.dirname, '..', '..', 'defenses', 'results.md'), 'utf8');
    assert.equal(page, describeResults(results));
  });
});
