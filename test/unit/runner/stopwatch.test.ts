import assert from 'node:assert/strict';
import { activities, Stopwatch } from '../../../src/runner/stopwatch.ts';

describe('a stopwatch', () => {
  const { now } = performance;
  let milliseconds = 0;
  const pass = (seconds: number) => {
    milliseconds += 1000 * seconds;
  };
  beforeEach(() => {
    milliseconds = 5;
    performance.now = () => milliseconds;
  });
  afterEach(() => {
    performance.now = now;
  });

  const nothing = Object.fromEntries(activities.map((activity) => [activity, 0]));

  it('counts every moment once, for what is done then', async () => {
    const watch = new Stopwatch('opening');
    pass(1);
    assert.equal(watch.enter('judging'), 'opening');
    pass(2);
    await watch.during('reading', async () => {
      pass(4);
      await watch.during('writing', async () => pass(8));
      pass(16);
    });
    pass(32);
    assert.deepEqual(watch.profile, { ...nothing, opening: 1, judging: 34, reading: 20, writing: 8 });
  });

  it('counts what is done while the engine computes as the engine’s', async () => {
    const watch = new Stopwatch('judging');
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    pass(1);
    const computed = watch.computing(() => answered);
    pass(2);
    watch.enter('attack');
    pass(4);
    const other = watch.computing(async () => pass(8));
    await other;
    pass(16);
    answer();
    await computed;
    pass(32);
    assert.deepEqual(watch.profile, { ...nothing, judging: 1, engine: 30, attack: 32 });
  });

  it('counts all of some work for one activity', async () => {
    const watch = new Stopwatch('judging');
    await watch.throughout('audit', () =>
      watch.computing(async () => {
        pass(1);
        watch.enter('attack');
        pass(2);
      }),
    );
    pass(4);
    assert.deepEqual(watch.profile, { ...nothing, audit: 3, judging: 4 });
  });

  it('goes on as before after work that failed', async () => {
    const watch = new Stopwatch('judging');
    for (const how of ['during', 'throughout'] as const) {
      await assert.rejects(
        watch[how]('writing', () => Promise.reject(new Error('full'))),
        /full/,
      );
      pass(1);
      assert.equal(watch.enter('judging'), 'judging');
    }
    assert.deepEqual(watch.profile, { ...nothing, judging: 2 });
  });
});
