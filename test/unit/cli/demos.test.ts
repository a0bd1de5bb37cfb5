import assert from 'node:assert/strict';
import path from 'node:path';
import { demos } from '../../../src/demos.ts';
import { isPlanned, type RunReport, type TestReport } from '../../../src/reports/report.ts';
import { verdictsIn } from '../../support/demoVerdicts.ts';
import { perturb } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const media = path.join(import.meta.dirname, '..', '..', '..', 'media');

describe('the demos beside the signs', () => {
  const folder = temporaryFolder();

  async function run(demo: keyof typeof demos): Promise<RunReport> {
    const { stdout, stderr } = await perturb(
      'run',
      path.join(media, demos[demo].folder),
      '--output',
      folder.at('run'),
      '--json',
    );
    assert.equal(stderr, '');
    return JSON.parse(stdout);
  }

  function planned(report: RunReport, name: string): TestReport {
    const test = report.tests.find((each) => each.name === name);
    assert.ok(test && isPlanned(test), `${name} did not run`);
    return test;
  }

  it('let strangers through a door that recognizes faces', async () => {
    const report = await run('faces');
    assert.deepEqual(verdictsIn(report), {
      'strangers stay nobody': 'passed',
      'strangers do not become ada': 'failed',
      'nobody becomes someone else': 'failed',
      'residents are recognized': 'failed',
    });
    const { model, rounds } = planned(report, 'nobody becomes someone else');
    assert.deepEqual(
      model.enrolled?.identities.map(({ images }) => images),
      [3, 3, 3, 3, 3, 3, 3, 3],
    );
    const { clean, attacked, equalErrorRate } = rounds.at(-1)?.verification ?? {};
    assert.ok((equalErrorRate?.rate ?? 1) <= 0.05, `the equal error rate is ${equalErrorRate?.rate}`);
    assert.ok(
      (attacked?.falseAccepts ?? 0) >= 3 * (clean?.falseAccepts ?? 1),
      `${attacked?.falseAccepts} false accepts`,
    );
  });

  it('get past a filter whose safety net holds only those who do not know of it', async () => {
    const report = await run('filter');
    assert.deepEqual(verdictsIn(report), {
      'cake is blocked': 'failed',
      'the net catches who does not know of it': 'passed',
      'the net catches who knows of it': 'failed',
    });
    const { metrics, rounds } = planned(report, 'the net catches who knows of it');
    const unaware = rounds.at(-1)?.detection?.other.metrics.successRate ?? 1;
    assert.ok(unaware < 0.2 && (metrics?.successRate ?? 0) > 0.6, `${unaware} and ${metrics?.successRate}`);
  });
});
