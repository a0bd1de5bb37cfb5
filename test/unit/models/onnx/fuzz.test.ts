import assert from 'node:assert/strict';
import { type FuzzReport, fuzz, hostile, mutations } from '../../../support/onnx/fuzz.ts';

/** Bytes that the process which opens models may take. */
const mostMemory = 1.5e9;

function assertSound({ outcomes, failures, peak }: FuzzReport, count: number): void {
  assert.deepEqual(failures, []);
  assert.equal(outcomes.length, count);
  assert.ok(peak < mostMemory, `the process took ${peak} bytes`);
}

describe('A damaged ONNX file', () => {
  it('is opened or refused with a reason, whichever bytes are wrong', async () => {
    const report = await fuzz(mutations(500));
    assertSound(report, 500);
    for (const result of ['opened', 'refused']) {
      assert.ok(report.outcomes.filter((outcome) => outcome.result === result).length > 30, `few files are ${result}`);
    }
  });

  it('takes neither all memory nor all time', async () => {
    assertSound(await fuzz(hostile), hostile.length);
  });
});
