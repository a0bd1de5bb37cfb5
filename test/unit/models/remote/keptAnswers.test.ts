import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { KeptAnswers } from '../../../../src/models/remote/keptAnswers.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const of = { of: 'a model', width: 3, probes: [[1, 2, 3]] };
const keyOf = (index: number) => String.fromCharCode(200 + (index % 50)).padEnd(16, String(index));
const rowOf = (index: number) => Float32Array.of(index, -index, 1 / (index + 1));

describe('KeptAnswers', () => {
  const folder = temporaryFolder();
  const open = (about = of) =>
    KeptAnswers.open(folder.at('answers', 'a.bin'), about, (probes) => String(probes) === String(about.probes));

  /** Keeps so many answers, and returns the bytes of the file. */
  async function keep(count: number): Promise<Buffer> {
    const { answers } = await open();
    for (let i = 0; i < count; i += 2) {
      const some = [i, i + 1].filter((index) => index < count);
      await answers.add(some.map(keyOf), some.map(rowOf));
    }
    await answers.close();
    return readFile(folder.at('answers', 'a.bin'));
  }

  it('has what was added, now and after it is opened again', async () => {
    await keep(7);
    const { answers, isOther } = await open();
    assert.equal(isOther, false);
    assert.equal(answers.count, 7);
    for (let i = 0; i < 7; i++) assert.deepEqual(await answers.get(keyOf(i)), rowOf(i));
    assert.equal(answers.has(keyOf(7)), false);
    await answers.add([keyOf(7)], [rowOf(7)]);
    assert.deepEqual(await answers.get(keyOf(7)), rowOf(7));
    await answers.close();
  });

  it('keeps answers that come at the same time', async () => {
    const { answers } = await open();
    await Promise.all(Array.from({ length: 20 }, (_, i) => answers.add([keyOf(i)], [rowOf(i)])));
    for (let i = 0; i < 20; i++) assert.deepEqual(await answers.get(keyOf(i)), rowOf(i));
    await answers.close();
  });

  it('believes nothing that is torn or damaged, and goes on from there', async () => {
    const whole = await keep(5);
    const start = whole.indexOf('\n') + 1;
    const length = (whole.length - start) / 5;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: start, max: whole.length - 1 }), fc.boolean(), async (place, isCut) => {
        const damaged = Buffer.from(isCut ? whole.subarray(0, place) : whole);
        if (!isCut) damaged[place] = (damaged[place] as number) ^ 16;
        await writeFile(folder.at('answers', 'a.bin'), damaged);
        const { answers } = await open();
        const sound = Math.floor((place - start) / length);
        assert.equal(answers.count, sound);
        for (let i = 0; i < sound; i++) assert.deepEqual(await answers.get(keyOf(i)), rowOf(i));
        await answers.add([keyOf(9)], [rowOf(9)]);
        await answers.close();
        const again = await open();
        assert.equal(again.answers.count, sound + 1);
        assert.deepEqual(await again.answers.get(keyOf(9)), rowOf(9));
        await again.answers.close();
      }),
      { numRuns: 40 },
    );
  });

  it('begins anew for another model, and says so', async () => {
    for (const other of [
      { ...of, of: 'another' },
      { ...of, width: 2 },
      { ...of, probes: [[1, 2, 4]] },
    ]) {
      await keep(3);
      const { answers, isOther } = await open(other);
      assert.deepEqual([answers.count, isOther], [0, true]);
      await answers.close();
      await writeFile(folder.at('answers', 'a.bin'), '');
    }
  });

  it('begins anew where the file is something else', async () => {
    await folder.write('answers/a.bin', 'hello\n');
    const { answers, isOther } = await open();
    assert.deepEqual([answers.count, isOther], [0, true]);
    await answers.close();
  });

  it('says where it cannot be written', async () => {
    await folder.write('answers', 'a file');
    await rejectsWith(open(), 'Cannot write', 'a.bin');
  });
});
