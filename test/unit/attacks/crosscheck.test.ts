import assert from 'node:assert/strict';
import type { OpenedModel } from '../../../src/models/openedModel.ts';
import { cases } from '../../crosscheck/cases.ts';
import { difference, ours, theirs } from '../../crosscheck/compare.ts';
import { openDigits } from '../../crosscheck/digits.ts';
import { keyOf, type PeerResult, readPeers } from '../../crosscheck/peers.ts';
import { remarkOn } from '../../crosscheck/remarks.ts';

const peers = readPeers();

function bySetting(results: readonly PeerResult[]): Map<string, [PeerResult, ...PeerResult[]]> {
  const groups = new Map<string, [PeerResult, ...PeerResult[]]>();
  for (const result of results) {
    const group = groups.get(keyOf(result));
    if (group) group.push(result);
    else groups.set(keyOf(result), [result]);
  }
  return groups;
}

describe('Attacks beside those of Foolbox, torchattacks and ART', () => {
  let classifier: OpenedModel['classifier'];
  before(async () => {
    classifier = await openDigits();
  });
  after(() => classifier.dispose());

  it('are all compared that results are there of', () => {
    assert.deepEqual([...peers.keys()].sort(), Object.keys(cases).sort());
  });

  for (const [name, one] of Object.entries(cases)) {
    for (const [setting, results] of bySetting(peers.get(name) ?? [])) {
      it(`${name} is as strong: ${setting}`, async () => {
        const own = await ours(classifier, one, results[0]);
        for (const result of results) {
          const other = theirs(result);
          const remark = remarkOn(name, result);
          const compared = `${result.call}: ${JSON.stringify(other)}, ours ${JSON.stringify(own)}`;
          if (difference(own, other, one.tolerance)) assert.ok(remark, `unexplained: ${compared}`);
          const allowed = { ...other, distance: (remark?.timesFarther ?? 1) * (other.distance ?? 0) };
          assert.notEqual(difference(own, allowed, one.tolerance), 'weaker', compared);
        }
      });
    }
  }
});
