import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  addCounterexamples,
  type Counterexample,
  readCounterexamples,
  writeCounterexamples,
} from '../../../src/corpus/counterexample.ts';
import { encodeDelta } from '../../../src/corpus/delta.ts';
import { counterexample, hashOf } from '../../support/counterexamples.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** As many as are wanted, each of its own original. */
function several(count: number, prefix = ''): Counterexample[] {
  return Array.from({ length: count }, (_, i) => counterexample({ sha256: hashOf(`${prefix}${i}`) }));
}

describe('kept counterexamples', () => {
  const folder = temporaryFolder();
  const place = () => folder.at('robustness');
  const file = () => folder.at('robustness', 'counterexamples.jsonl');

  it('are read as they were written, one a line, in the order of their identities', async () => {
    const known = several(20);
    await writeCounterexamples(place(), known);
    const lines = (await readFile(file(), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, known.length);
    assert.deepEqual(lines, lines.toSorted());
    const byIdentity = (a: Counterexample, b: Counterexample) => (a.identity < b.identity ? -1 : 1);
    assert.deepEqual(await readCounterexamples(place()), known.sort(byIdentity));
  });

  it('are none where nothing was kept', async () => {
    assert.deepEqual(await readCounterexamples(place()), []);
  });

  it('stay as they are when they are found again', async () => {
    const [first, second, third] = several(3) as [Counterexample, Counterexample, Counterexample];
    const model = hashOf('later');
    await addCounterexamples(place(), [{ ...first, fixed: model }, second]);
    assert.deepEqual(await addCounterexamples(place(), [first, third]), { added: 1, known: 1 });
    const known = await readCounterexamples(place());
    assert.equal(known.find(({ identity }) => identity === first.identity)?.fixed, model);
    assert.equal(known.length, 3);
  });

  it('of several tests are kept side by side, though the case is the same', async () => {
    await addCounterexamples(place(), [counterexample(), counterexample({ test: 'm › other' })]);
    assert.equal((await readCounterexamples(place())).length, 2);
  });

  it('count once where a merge has left two, as fixed if one of them is', async () => {
    const one = counterexample();
    await writeCounterexamples(place(), [one]);
    const line = { ...one, fixed: hashOf('later'), version: 1 };
    await appendFile(file(), `${JSON.stringify({ ...one, version: 1 })}\n${JSON.stringify(line)}\n`);
    assert.deepEqual(await readCounterexamples(place()), [{ ...one, fixed: hashOf('later') }]);
  });

  it('are read with the line ends of Windows', async () => {
    await writeCounterexamples(place(), several(2));
    await writeFile(file(), (await readFile(file(), 'utf8')).replaceAll('\n', '\r\n'));
    assert.equal((await readCounterexamples(place())).length, 2);
  });

  const line = (changes: object = {}) => JSON.stringify({ ...counterexample(), version: 1, ...changes });
  const refused: Readonly<Record<string, readonly [line: string, ...says: string[]]>> = {
    'of another version': [line({ version: 2 }), 'format version 2', 'Update Perturb'],
    'without a version': [line({ version: undefined }), 'states no format version'],
    'torn by a merge': [line().slice(0, 60), 'is not whole', 'version control'],
    'a marker of one side': ['<<<<<<< HEAD', 'conflict marker', 'Keep the lines of both sides'],
    'a marker between': ['=======', 'conflict marker'],
    'a marker of the other side': ['>>>>>>> branch', 'conflict marker'],
    'without a witness': [line({ witness: undefined }), 'is damaged'],
    'no object': ['7', 'states no format version'],
    'of a changed label': [line({ label: 'class 1' }), counterexample().identity.slice(0, 12), 'was changed'],
  };
  for (const [what, [text, ...says]] of Object.entries(refused)) {
    it(`are refused as a whole where a line is damaged: ${what}`, async () => {
      await writeCounterexamples(place(), several(1));
      await appendFile(file(), `${text}\n`);
      const where = what.includes('label') ? [] : ['counterexamples.jsonl, line 2'];
      await rejectsWith(readCounterexamples(place()), place(), ...where, ...says);
      await rejectsWith(addCounterexamples(place(), several(1, 'more')), ...says);
      assert.ok((await readFile(file(), 'utf8')).endsWith(`${text}\n`), 'the file was not touched');
    });
  }

  it('of few pixels take less than 5 MB for 10,000', async () => {
    const original = new Float32Array(32 * 32 * 3).fill(0.2);
    const known = Array.from({ length: 10_000 }, (_, i) => {
      const changed = original.slice();
      // Nine pixels of three channels, as σ-zero leaves them.
      for (let pixel = 0; pixel < 9; pixel++) {
        const place = (i * 37 + pixel * 7919 + i * i * pixel) % 1024;
        for (let channel = 0; channel < 3; channel++) {
          changed[3 * place + channel] = Math.fround((((i + 1) * (pixel + 3) * (channel + 5)) % 256) / 255);
        }
      }
      return counterexample({
        test: 'signs › few pixels',
        image: `../data/street/speed-limit-60/${String(i).padStart(5, '0')}.png`,
        sha256: hashOf(`image ${i}`),
        label: 'speed-limit-60',
        norm: 'l0',
        epsilon: 12,
        witness: encodeDelta(original, changed),
      });
    });
    await writeCounterexamples(place(), known);
    const { length } = await readFile(file());
    assert.ok(length < 5e6, `they take ${length} bytes`);
  });

  describe('in git', () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: folder.at(),
        encoding: 'utf8',
        stdio: 'pipe',
      });
    const commit = async (known: readonly Counterexample[], message: string) => {
      await addCounterexamples(place(), known);
      git('add', '-A');
      git('commit', '-qm', message);
    };
    const begun: Readonly<Record<string, number>> = { 'from nothing': 0, 'from a few': 3, 'from many': 200 };
    for (const [from, count] of Object.entries(begun)) {
      it(`merge without a conflict when each of two branches keeps ten: ${from}`, async () => {
        git('init', '-q', '-b', 'main');
        await writeFile(folder.at('README.md'), 'a project\n');
        await commit(several(count), 'begin');
        git('checkout', '-qb', 'one');
        await commit(several(10, 'one '), 'one');
        git('checkout', '-q', 'main');
        git('checkout', '-qb', 'two');
        await commit(several(10, 'two '), 'two');
        git('merge', '-q', '-m', 'merge', 'one');
        const known = await readCounterexamples(place());
        const expected = [...several(count), ...several(10, 'one '), ...several(10, 'two ')];
        assert.deepEqual(
          new Set(known.map(({ identity }) => identity)),
          new Set(expected.map(({ identity }) => identity)),
        );
        assert.equal(known.length, expected.length);
        assert.equal(git('status', '--porcelain'), '');
      });
    }
  });

  it('lie in a folder that is no link to elsewhere', async () => {
    const { symlink, mkdir } = await import('node:fs/promises');
    await mkdir(folder.at('elsewhere'));
    await symlink(folder.at('elsewhere'), place());
    await rejectsWith(writeCounterexamples(place(), several(1)), path.basename(place()), 'is a link');
  });
});
