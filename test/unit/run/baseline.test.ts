import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { readBaseline, writeBaseline } from '../../../src/corpus/baseline.ts';
import { readCounterexamples, writeCounterexamples } from '../../../src/corpus/counterexample.ts';
import type { State } from '../../../src/corpus/states.ts';
import type { Status } from '../../../src/evaluation/metrics.ts';
import type { TestReport } from '../../../src/reports/report.ts';
import { unstartedReport } from '../../../src/reports/unstartedReport.ts';
import { describeOrphans } from '../../../src/run/orphans.ts';
import { underBaseline } from '../../../src/run/underBaseline.ts';
import { updateBaseline } from '../../../src/run/updateBaseline.ts';
import { counterexample, hashOf } from '../../support/counterexamples.ts';
import { finishedExample, lineOf } from '../../support/finishedExample.ts';
import { planOf } from '../../support/plans.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const today = hashOf('today');

describe('the baseline', () => {
  const folder = temporaryFolder();
  const robustness = () => folder.at('robustness');
  const plan = (id = 'm › t') => planOf({ id, robustness: robustness() });

  /** A run in which images came to this, and the report of its test. */
  async function measured(statuses: readonly Status[], changes: Partial<TestReport> = {}, id = 'm › t') {
    await mkdir(folder.at('run'), { recursive: true });
    const examples = statuses.map((status, i) =>
      finishedExample({
        test: id,
        index: i,
        epsilon: 0.25,
        image: `/data/stop/${i}.png`,
        sha256: hashOf(`${id} ${i}`),
        status,
      }),
    );
    await writeFile(folder.at('run', 'examples.jsonl'), examples.map(lineOf).join(''));
    const unstarted = unstartedReport(plan(id), 'process');
    const report: TestReport = {
      ...unstarted,
      model: { ...unstarted.model, sha256: today },
      status: 'passed',
      message: 'robust accuracy is fine',
      rounds: [{ epsilon: 0.25 } as TestReport['rounds'][number]],
      ...changes,
    };
    return { report, folder: folder.at('run') };
  }
  const heldAgainst = async (statuses: readonly Status[], changes: Partial<TestReport> = {}) => {
    const { report } = await measured(statuses, changes);
    return underBaseline(report, plan(), folder.at('run'));
  };
  const held = (count: number): Status[] => Array.from({ length: count }, () => 'held');
  const fooled = (count: number): Status[] => Array.from({ length: count }, () => 'fooled');

  it('is what was measured, a line an example, and the same run stands as it did', async () => {
    const test = await measured([...held(3), ...fooled(2)]);
    const update = await updateBaseline(robustness(), [test], ['m › t']);
    assert.deepEqual(update, { updated: ['m › t'], left: [], forgotten: [] });
    const lines = (await readFile(folder.at('robustness', 'baseline.jsonl'), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, 5);
    assert.deepEqual(lines, lines.toSorted());
    const { status, message, baseline, warnings } = await heldAgainst([...held(3), ...fooled(2)]);
    assert.deepEqual([status, message, warnings], ['passed', 'robust accuracy is fine', []]);
    assert.deepEqual([baseline?.rounds[0]?.result, baseline?.models], ['same', [today]]);
  });

  it('fails a test that is worse than chance, and names what is newly fooled', async () => {
    await updateBaseline(robustness(), [await measured(held(20))], ['m › t']);
    const { status, message } = await heldAgainst([...fooled(6), ...held(14)]);
    assert.equal(status, 'failed');
    assert.match(
      message,
      /at L∞ 0\.25, compared with the baseline on 20 images, 6 are newly fooled, and 0 newly robust/,
    );
    assert.match(message, /p = 0\.031\): stop\/0\.png, stop\/1\.png.*and 1 more; robust accuracy is fine/);
  });

  it('does not fail a test for a few images, and names them all the same', async () => {
    await updateBaseline(robustness(), [await measured(held(20))], ['m › t']);
    const { status, warnings } = await heldAgainst([...fooled(2), ...held(18)]);
    assert.equal(status, 'passed');
    assert.match(warnings.join(), /may be chance.*stop\/0\.png, stop\/1\.png/);
  });

  it('asks to be tightened where a test is better', async () => {
    await updateBaseline(robustness(), [await measured(fooled(8))], ['m › t']);
    const { status, warnings } = await heldAgainst(held(8));
    assert.equal(status, 'passed');
    assert.match(warnings.join(), /Better than the baseline: 8 more.*Update the baseline/);
  });

  it('makes a test errored that has nothing in common with it, that is undecided, or whose baseline is damaged', async () => {
    await updateBaseline(robustness(), [await measured(held(8))], ['m › t']);
    const undecided = await heldAgainst(held(8).map(() => 'undecided'));
    assert.equal(undecided.status, 'errored', undecided.message);
    const { report } = await measured(held(8));
    const lines = await readBaseline(robustness());
    await writeBaseline(
      robustness(),
      lines.map((line) => ({ ...line, example: hashOf(line.example) })),
    );
    const other = await underBaseline(report, plan(), folder.at('run'));
    assert.equal(other.status, 'errored');
    assert.match(other.message, /no example of this test in common/);
    await appendFile(folder.at('robustness', 'baseline.jsonl'), '<<<<<<< HEAD\n');
    const damaged = await underBaseline(report, plan(), folder.at('run'));
    assert.equal(damaged.status, 'errored');
    assert.match(damaged.message, /baseline\.jsonl, line 9, is a conflict marker/);
    await rejectsWith(
      updateBaseline(robustness(), [{ report, folder: folder.at('run') }], ['m › t']),
      'conflict marker',
    );
  });

  it('says of a test that it does not have it, and nothing where there is none', async () => {
    assert.equal((await heldAgainst(held(2))).baseline, undefined);
    await updateBaseline(robustness(), [await measured(held(2), { id: 'm › other' }, 'm › other')], ['m › other']);
    const { status, warnings } = await heldAgainst(held(2));
    assert.equal(status, 'passed');
    assert.match(warnings.join(), /not in the baseline yet/);
  });

  it('keeps what it has of tests that were not run or came to nothing, and forgets those that are gone', async () => {
    for (const id of ['m › a', 'm › b', 'm › gone']) {
      await updateBaseline(robustness(), [await measured(held(2), { id }, id)], ['m › a', 'm › b', 'm › gone']);
    }
    const errored = await measured([], { id: 'm › b', rounds: [], status: 'errored' }, 'm › b');
    const update = await updateBaseline(robustness(), [errored], ['m › a', 'm › b']);
    assert.deepEqual(update, { updated: [], left: ['m › b'], forgotten: ['m › gone'] });
    const tests = (await readBaseline(robustness())).map(({ test }) => test).sort();
    assert.deepEqual(tests, ['m › a', 'm › a', 'm › b', 'm › b']);
  });

  it('is never made of a quick run', async () => {
    const update = await updateBaseline(robustness(), [await measured(held(2), { quick: true })], ['m › t']);
    assert.deepEqual(update.left, ['m › t']);
  });

  it('notes which known counterexamples are fixed, and a test fails that loses one', async () => {
    const [first, second] = [counterexample(), counterexample({ sha256: hashOf('b') })];
    await writeCounterexamples(robustness(), [first, { ...second, fixed: hashOf('before') }]);
    const replayed = (one: typeof first, state: State) => ({
      identity: one.identity,
      image: '/data/stop/01.png',
      label: one.label,
      state,
      since: today,
      prediction: 'class 1',
    });
    const counterexamples = {
      examples: [replayed(first, 'fixed'), replayed(second, 'newlyFooled')],
      outside: 0,
      time: 0,
    };
    const failed = await heldAgainst(held(2), { counterexamples });
    assert.equal(failed.status, 'failed');
    assert.match(failed.message, /1 known counterexample newly fooled: stop\/01\.png/);
    await updateBaseline(robustness(), [await measured(held(2), { counterexamples })], ['m › t']);
    const known = new Map((await readCounterexamples(robustness())).map((one) => [one.identity, one.fixed]));
    assert.deepEqual([known.get(first.identity), known.get(second.identity)], [today, undefined]);
  });

  it('merges in git without a conflict when two branches add a test each, and measure one again', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: folder.at(),
        stdio: 'pipe',
      });
    const all = ['m › t', 'm › one', 'm › two'];
    git('init', '-q', '-b', 'main');
    await writeFile(folder.at('.gitignore'), 'run\n');
    const commit = async (id: string, statuses: readonly Status[]) => {
      await updateBaseline(robustness(), [await measured(statuses, { id }, id)], all);
      git('add', '-A');
      git('commit', '-qm', id);
    };
    await commit('m › t', fooled(10));
    git('checkout', '-qb', 'one');
    await commit('m › one', held(10));
    await commit('m › t', [...held(1), ...fooled(9)]);
    git('checkout', '-q', 'main');
    git('checkout', '-qb', 'two');
    await commit('m › two', held(10));
    await commit('m › t', [...fooled(9), ...held(1)]);
    git('merge', '-q', '-m', 'merge', 'one');
    const lines = await readBaseline(robustness());
    assert.equal(lines.length, 30);
    // What either branch has as robust is expected from now on.
    assert.equal(lines.filter(({ test, status }) => test === 'm › t' && status === 'held').length, 2);
  });
});

describe('known counterexamples without a test', () => {
  const folder = temporaryFolder();

  it('are told, with the folder and their tests, and no others', async () => {
    const robustness = folder.at('robustness');
    const plans = [planOf({ id: 'm › t', robustness })];
    assert.deepEqual(await describeOrphans(plans, ['m › t']), []);
    await writeCounterexamples(robustness, [counterexample(), counterexample({ test: 'm › renamed' })]);
    const [line = '', ...others] = await describeOrphans(plans, ['m › t']);
    assert.deepEqual(others, []);
    assert.ok(line.startsWith(`${robustness}: `) && line.includes('1 of m › renamed'), line);
  });
});
