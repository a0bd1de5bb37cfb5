import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import Ajv from 'ajv';
import type { Log } from 'sarif';
import { junit } from '../../../src/exports/junit.ts';
import { sarif } from '../../../src/exports/sarif.ts';
import { stepSummary } from '../../../src/exports/stepSummary.ts';
import type { RunReport } from '../../../src/reports/report.ts';
import { imagesOf, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, type Ended, perturb } from '../../support/program.ts';
import { planned, readReport } from '../../support/readRun.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const require = createRequire(import.meta.url);
/** A parser that has no types. */
const { parseStringPromise } = require('xml2js') as { parseStringPromise(xml: string): Promise<Parsed> };

const common = { model: 'signs', dataset: 'street', minimumEligible: 1, attack: 'ifgsm', epsilon: '8/255' };
const tests = {
  holds: { ...common, expect: { robustAccuracy: 0 } },
  'is < fooled & "more"': { ...common, expect: { robustAccuracy: 1 } },
  'has no images': { ...common, dataset: 'gone', expect: { robustAccuracy: 0 } },
  'is no test': { ...common, attack: 'nonsense', expect: { robustAccuracy: 0 } },
};

interface Parsed {
  readonly testsuites: {
    readonly $: Readonly<Record<string, string>>;
    readonly testsuite: readonly { readonly $: Readonly<Record<string, string>>; readonly testcase: readonly Case[] }[];
  };
}

interface Case {
  readonly $: Readonly<Record<string, string>>;
  readonly failure?: readonly { readonly $: { readonly message: string } }[];
  readonly error?: readonly { readonly $: { readonly message: string } }[];
  readonly 'system-out'?: readonly string[];
}

describe('reports of a run for build servers', () => {
  const folder = suiteFolder();
  builtProgram();
  let settings = '';
  let ran: Ended;
  let report: RunReport;
  const written = (name: string) => readFile(folder.at('reports', name), 'utf8');
  const lineOf = async (name: string) =>
    (await readFile(settings, 'utf8')).split('\n').findIndex((line) => line.includes(JSON.stringify(name))) + 1;
  const casesIn = async (xml: string): Promise<Case[]> => {
    const { testsuites } = await parseStringPromise(xml);
    return testsuites.testsuite.flatMap(({ testcase }) => testcase);
  };

  before(async () => {
    const datasets = { gone: { path: 'data/gone', labels: 'folders' } };
    settings = await writeWorkspace(folder.at('workspace'), { tests, datasets, images: imagesOf('children', 'stop') });
    const wanted = ['junit=junit.xml', 'sarif=perturb.sarif', 'html=page.html', 'summary=summary.md'].map((one) =>
      one.replace('=', `=${folder.at('reports')}/`),
    );
    ran = await perturb('run', folder.at('workspace'), '--output', folder.at('run'), '--report', wanted.join(','));
    report = await readReport(folder.at('run'));
  });

  it('leave the exit code as it is', () => assert.equal(ran.code, 2, ran.stderr));

  it('tell in JUnit what failed from what was not evaluated, at its line in the settings', async () => {
    const cases = await casesIn(await written('junit.xml'));
    assert.deepEqual(cases.map(({ $ }) => $.name).sort(), Object.keys(tests).sort());
    for (const one of cases) {
      const name = one.$.name ?? '';
      const { status, message } = report.tests.find((test) => test.name === name) as RunReport['tests'][number];
      assert.equal(one.failure !== undefined, status === 'failed', name);
      assert.equal(one.error !== undefined, status === 'errored', name);
      if (status !== 'passed') assert.equal((one.failure ?? one.error)?.[0]?.$.message, message.replaceAll('\n', ' '));
      assert.equal(one.$.line, String(await lineOf(name)));
      assert.equal(one.$.file, settings);
    }
    const statuses = report.tests.map(({ name, status }) => [name, status]);
    assert.deepEqual(Object.fromEntries(statuses), {
      holds: 'passed',
      'is < fooled & "more"': 'failed',
      'has no images': 'errored',
      'is no test': 'errored',
    });
  });

  it('count in JUnit', async () => {
    const { testsuites } = await parseStringPromise(await written('junit.xml'));
    const { tests: all, failures, errors, skipped } = testsuites.$;
    assert.deepEqual([all, failures, errors, skipped], ['4', '1', '2', '0']);
    for (const suite of testsuites.testsuite) assert.match(suite.$.time ?? '', /^\d+\.\d{3}$/);
  });

  it('attach the pictures of a failure in JUnit', async () => {
    const cases = await casesIn(await written('junit.xml'));
    const failed = cases.find(({ failure }) => failure);
    const attached = [...(failed?.['system-out']?.[0] ?? '').matchAll(/\[\[ATTACHMENT\|(.+)\]\]/g)].map(
      ([, file]) => file,
    );
    const { pictures } = planned(report, failed?.$.name ?? '');
    assert.ok(pictures.length > 0, 'there are pictures');
    assert.deepEqual(
      attached,
      pictures.map((picture) => path.join(folder.at('run'), picture)),
    );
    const [first] = attached as [string];
    assert.equal((await readFile(first)).toString('latin1', 1, 4), 'PNG');
  });

  it('write no character in JUnit that XML has no way to write', async () => {
    const [first] = report.tests;
    const odd = { ...report, tests: [{ ...first, message: 'bell \u0007, half \ud800, whole \u{1f6d1}' }] } as RunReport;
    const [one] = await casesIn(junit(odd, folder.at('run')));
    assert.ok(one, 'it is well-formed');
  });

  it('name files from the folder of the command on', () => {
    const [first] = report.tests as [RunReport['tests'][number]];
    const origin = { ...first.origin, file: path.join(process.cwd(), 'a b', 'settings.json') };
    const moved = { ...report, tests: [{ ...first, status: 'errored', origin }] } as RunReport;
    assert.match(junit(moved, folder.at('run')), / file="a b\/settings\.json"/);
    assert.match(sarif(moved, '1.0.0'), /"uri": "a%20b\/settings\.json",\s+"uriBaseId": "SRCROOT"/);
  });

  it('are valid SARIF 2.1.0, with a result for each test that did not pass', async () => {
    const log = JSON.parse(await written('perturb.sarif')) as Log;
    const schema = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
    // Of draft 4 it uses nothing that later drafts have changed, but for its own name.
    const { $schema: _, id: __, ...rules } = JSON.parse(await readFile(schema, 'utf8'));
    const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(rules);
    assert.ok(validate(log), JSON.stringify(validate.errors));
    const results = log.runs[0]?.results ?? [];
    const notPassed = report.tests.filter(({ status }) => status !== 'passed');
    assert.deepEqual(
      results.map(({ message }) => message.text),
      notPassed.map(({ name, message }) => `${name}: ${message}`),
    );
    for (const [i, { ruleId, locations }] of results.entries()) {
      const { status, name } = notPassed[i] as RunReport['tests'][number];
      assert.equal(ruleId, status === 'failed' ? 'robustAccuracy' : 'notEvaluated');
      const { artifactLocation, region } = locations?.[0]?.physicalLocation ?? {};
      assert.equal(region?.startLine, await lineOf(name));
      assert.equal(decodeURI(artifactLocation?.uri ?? ''), `file://${settings}`);
    }
  });

  it('keep the fingerprints in SARIF when a test moves, and have one for each test', () => {
    const fingerprints = (run: RunReport) =>
      (JSON.parse(sarif(run, '1.0.0')) as Log).runs[0]?.results?.map(({ partialFingerprints }) => partialFingerprints);
    const moved = report.tests.map((test) => ({
      ...test,
      message: 'other words',
      origin: { ...test.origin, line: test.origin.line + 7 },
    }));
    assert.deepEqual(fingerprints({ ...report, tests: moved } as RunReport), fingerprints(report));
    const all = fingerprints(report)?.map((each) => each?.['perturbTest/v1']) ?? [];
    assert.equal(new Set(all).size, all.length);
  });

  it('summarize in Markdown, without letting names in that are markup, and without pictures', async () => {
    const text = await written('summary.md');
    assert.match(text, /^1 passed, 1 failed, 2 errored$/m);
    assert.equal(text.split('\n').filter((line) => line.startsWith('| ')).length, 2 + report.tests.length);
    assert.match(text, /❌ \*\*is \\< fooled \\& "more"\*\* failed: /);
    assert.ok(!text.includes('data:'), 'no picture');
    const [first] = report.tests;
    const many = { ...report, tests: Array.from({ length: 20_000 }, () => first) } as RunReport;
    assert.ok(Buffer.byteLength(stepSummary(many)) < 2 ** 20, 'as much as GitHub takes');
  });

  it('are written of an earlier run, too, byte for byte', async () => {
    const again = folder.at('again.xml');
    const { code, stderr } = await perturb('report', folder.at('run'), '--report', `junit=${again}`);
    assert.equal(code, 0, stderr);
    assert.equal(await readFile(again, 'utf8'), await written('junit.xml'));
  });

  it('say what is wrong with a request, or a folder, before anything runs', async () => {
    const unknown = await perturb('run', folder.at('workspace'), '--report', 'pdf=a.pdf');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /There is no report "pdf"\. The reports are junit, sarif, html, summary\./);
    const nameless = await perturb('run', folder.at('workspace'), '--report', 'junit');
    assert.match(nameless.stderr, /"junit" needs a file: junit=FILE\./);
    const empty = await perturb('report', folder.at('workspace'), '--report', 'summary');
    assert.equal(empty.code, 2);
    assert.match(empty.stderr, /has no report\.json\. Name the folder of a run/);
    await writeFile(folder.at('occupied'), '');
    const blocked = await perturb(
      'report',
      folder.at('run'),
      '--report',
      `junit=${folder.at('occupied', 'junit.xml')}`,
    );
    assert.equal(blocked.code, 2);
    assert.ok(blocked.stderr.includes(folder.at('occupied')), blocked.stderr);
  });
});
