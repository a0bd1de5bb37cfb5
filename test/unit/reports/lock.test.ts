import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { lockFolder } from '../../../src/reports/lock.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['--eval', '']).pid;
}

describe('the lock of a run folder', () => {
  const folder = temporaryFolder();
  const lockOf = (holder: object) => folder.write('run.lock', JSON.stringify(holder));

  it('keeps others out until it is released', async () => {
    const unlock = await lockFolder(folder.at());
    await rejectsWith(lockFolder(folder.at()), `process ${process.pid} on`, 'Wait for it to end');
    await unlock();
    await (await lockFolder(folder.at()))();
    assert.deepEqual(await readdir(folder.at()), []);
  });

  it('does not outlive the process that took it', async () => {
    await lockOf({ pid: deadProcess(), host: hostname() });
    await (await lockFolder(folder.at()))();
    assert.deepEqual(await readdir(folder.at()), []);
  });

  it('is taken once, however many find it left behind', async () => {
    await lockOf({ pid: deadProcess(), host: hostname() });
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder.at())));
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  it('is removed by one process at a time, which may have been killed meanwhile', async () => {
    const [dead, living] = [deadProcess(), process.pid].map((pid) => JSON.stringify({ pid, host: hostname() }));
    await folder.write('run.lock', dead as string);
    await folder.write('run.lock.removing', living as string);
    await rejectsWith(lockFolder(folder.at()), `process ${process.pid} on`, 'run.lock.removing');
    await folder.write('run.lock.removing', dead as string);
    await (await lockFolder(folder.at()))();
    assert.deepEqual(await readdir(folder.at()), []);
  });

  it('is cleared of what killed processes left beside it, and of nothing that others are about to take', async () => {
    const living = JSON.stringify({ pid: process.pid, host: hostname() });
    for (const [name, text] of [
      ['run.lock.1', JSON.stringify({ pid: deadProcess(), host: hostname() })],
      ['run.lock.2', living],
      ['run.lock.3', JSON.stringify({ pid: 1, host: 'another machine' })],
    ] as const) {
      await folder.write(name, text);
    }
    await (await lockFolder(folder.at()))();
    assert.deepEqual((await readdir(folder.at())).sort(), ['run.lock.2', 'run.lock.3']);
  });

  it('stands where another machine took it, or nobody knows who', async () => {
    await lockOf({ pid: 1, host: 'another machine' });
    await rejectsWith(lockFolder(folder.at()), 'process 1 on another machine', 'delete');
    await folder.write('run.lock', 'something');
    await rejectsWith(lockFolder(folder.at()), 'another process', 'delete');
  });
});
