import assert from 'node:assert/strict';
import { Turns } from '../../../src/engine/turns.ts';

describe('Turns', () => {
  /** Work that ends when it is told to. */
  function work() {
    let finish = () => {};
    const ended = new Promise<void>((resolve) => {
      finish = resolve;
    });
    return { ended, finish };
  }

  it('come one after the other, in the order of asking, also after work that fails', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const first = work();
    const all = [
      turns.take(async () => {
        log.push('first begins');
        await first.ended;
        log.push('first ends');
      }),
      turns.take(async () => {
        log.push('second');
        throw new Error('no');
      }),
      turns.take(async () => log.push('third')),
    ];
    first.finish();
    const results = await Promise.allSettled(all);
    assert.deepEqual(log, ['first begins', 'first ends', 'second', 'third']);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
  });

  it('are given up at once by those who wait, who let nobody past', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const first = work();
    const controller = new AbortController();
    const reason = new Error('the user has changed her mind');
    const running = turns.take(async () => {
      await first.ended;
      log.push('first ends');
    });
    const waiting = turns.take(async () => log.push('never'), controller.signal);
    const last = turns.take(async () => log.push('last'));
    controller.abort(reason);
    await assert.rejects(waiting, reason);
    assert.deepEqual(log, []);
    first.finish();
    await Promise.all([running, last]);
    assert.deepEqual(log, ['first ends', 'last']);
  });

  it('are not taken by whoever has been cancelled before', async () => {
    await assert.rejects(
      new Turns().take(async () => assert.fail(), AbortSignal.abort()),
      { name: 'AbortError' },
    );
  });
});
