import assert from 'node:assert/strict';
import { catalog } from '../../../src/attacks/catalog.ts';
import { renderHtml } from '../../../src/extension/view/html.ts';
import { markdownReport } from '../../../src/extension/view/markdownReport.ts';
import { settingsEntry } from '../../../src/extension/view/settingsEntry.ts';
import { shownTest } from '../../../src/page/shownTest.ts';
import type { TestReport } from '../../../src/reports/report.ts';
import { checkTest } from '../../../src/settings/checkTest.ts';
import { example } from '../support/examples.ts';

describe('the HTML of the view', () => {
  const sources = {
    cspSource: 'https://source',
    script: 'start()',
    style: 'p { margin: 0 }',
    nonce: 'abc',
    language: 'en',
    title: 'A <test> & "more"',
    loading: 'Loading…',
  };

  it('lets only the script and the style with its nonce count', () => {
    const html = renderHtml(sources);
    const policy = /content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#39;', "'") ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc';/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.doesNotMatch(html, /style="/);
    assert.deepEqual(html.match(/<(?:script|style)[^>]*>/g), ['<style nonce="abc">', '<script nonce="abc">']);
  });

  it('escapes what it is given', () => {
    assert.ok(renderHtml(sources).includes('<title>A &#60;test&#62; &#38; &#34;more&#34;</title>'));
  });
});

describe('a test on its way to the page', () => {
  it('leaves the steps of traces behind', () => {
    const norms = { linf: 0, l2: 0, l1: 0, l0: 0 };
    const trace = { image: 'steps.png', columns: 1, axis: 'step', steps: [{ at: 0, logits: [1, 2], norms }] } as const;
    const report = { model: { classes: ['stop', 'yield'] } } as unknown as TestReport;
    const shown = shownTest({ report, started: '', examples: [example({ trace }), example()] });
    assert.deepEqual(shown.examples, [
      example({ trace: { image: 'steps.png', columns: 1, axis: 'step' } as never }),
      example(),
    ]);
    assert.deepEqual(shown.classes, ['stop', 'yield']);
  });
});

describe('a settings entry for an example', () => {
  const report = {
    name: 'curve',
    model: { name: 'signs', path: '/m' },
    dataset: { name: 'street', path: '/d', notes: [] },
    attack: { id: 'ifgsm', kind: 'attack', norm: 'linf', quantize: true, parameters: { steps: 10, stepSize: 1 / 255 } },
    rounds: [{ epsilon: 8 / 255, parameters: { steps: 12, stepSize: 1 / 255 } }],
    seed: 3,
  } as unknown as TestReport;
  const entry = (text: string): Record<string, Record<string, unknown>> => JSON.parse(`{${text}}`);

  it('has every parameter as it was used at its budget', () => {
    assert.deepEqual(entry(settingsEntry(report, example(), true)), {
      'curve: stop at 8/255': {
        model: 'signs',
        dataset: 'street',
        classes: ['stop'],
        attack: 'ifgsm',
        norm: 'linf',
        epsilon: '8/255',
        parameters: { steps: 12, stepSize: '1/255' },
        seed: 3,
        expect: { successRate: 0 },
      },
    });
  });

  it('is one that the settings accept', () => {
    const targeted = {
      ...report,
      attack: { ...report.attack, norm: 'l2', target: 'yield', quantize: false },
    } as TestReport;
    for (const one of [report, targeted]) {
      const [settings] = Object.values(entry(settingsEntry(one, example(), true)));
      assert.deepEqual(checkTest(settings, catalog), []);
    }
  });

  it('has a list of attacks as a list', () => {
    const attacks = [
      { attack: 'pgd', parameters: { steps: 20, stepSize: 2 / 255, restarts: 2 } },
      { attack: 'auto', parameters: { version: 'standard' } },
      { attack: 'deepfool', parameters: {} },
    ];
    const list = { ...report, attack: { ...report.attack, id: 'ensemble', parameters: { attacks } }, rounds: [] };
    const [settings] = Object.values(entry(settingsEntry(list, example(), true)));
    const [pgd, auto] = attacks;
    const shown = { ...pgd, parameters: { ...pgd?.parameters, stepSize: '2/255' } };
    assert.deepEqual(settings?.attack, [shown, auto, { attack: 'deepfool' }]);
    assert.deepEqual(checkTest(settings, catalog), []);
  });

  it('names the detector, and the attacker that it faces', () => {
    const detector = { name: 'signs-lid', path: '/detectors/signs-lid', attacker: 'adaptive' } as const;
    const [settings] = Object.values(entry(settingsEntry({ ...report, detector }, example(), true)));
    assert.deepEqual([settings?.detector, settings?.attacker], ['signs-lid', 'adaptive']);
    assert.deepEqual(checkTest(settings, catalog), []);
  });

  it('chooses no class for a forged image', () => {
    const forged = {
      ...report,
      dataset: { name: 'white noise', path: '', notes: [] },
      attack: { ...report.attack, id: 'forge', kind: 'forge', norm: 'l2', target: 'yield', parameters: { steps: 9 } },
      rounds: [],
    } as unknown as TestReport;
    const [settings] = Object.values(entry(settingsEntry(forged, example({ epsilon: undefined }), true)));
    assert.equal(settings?.classes, undefined);
    assert.deepEqual(checkTest(settings, catalog), []);
  });

  it('chooses no class where labels are predictions', () => {
    const [settings] = Object.values(entry(settingsEntry(report, example(), false)));
    assert.equal(settings?.classes, undefined);
  });
});

describe('a report as Markdown', () => {
  const metrics = {
    cleanAccuracy: 0.9,
    robustAccuracy: 0.1,
    successRate: 0.8,
    medianDistance: 0.0157,
    ifHeld: { robustAccuracy: 0.2, successRate: 0.7 },
  };
  const report = {
    name: 'curve [1]',
    status: 'failed',
    message: 'robust accuracy at L∞ 8/255 is 10.0%, expected at least 50.0%',
    model: { name: 'signs', path: '/models/a_b.onnx', sha256: 'abc' },
    dataset: { name: 'street', path: '/d', images: 60, notes: [] },
    attack: {
      id: 'ifgsm',
      title: 'I-FGSM',
      norm: 'linf',
      threatModel: 'white-box',
      preset: 'quick',
      parameters: { steps: 10 },
    },
    engine: { name: 'ONNX Runtime' },
    comparisons: [{ metric: 'robustAccuracy', epsilon: 8 / 255, expected: 0.5, measured: 0.1, result: 'missed' }],
    rounds: [{ epsilon: 8 / 255, metrics }],
    findings: [{ check: 'monotone', message: 'It falls.' }],
    warnings: [],
    pictures: ['pictures/signs-curve-1a2b3c/no-entry-becomes-stop-4d5e6f-12.png'],
    queries: { points: 3, gradients: 2 },
    seed: 7,
  } as unknown as TestReport;
  const lines = markdownReport(report, 'Nov 22, 2025', 'my report-pictures').split('\n');

  it('has the verdict, the figures, the findings, and what it takes to reproduce them', () => {
    for (const line of [
      '# curve \\[1\\]',
      '| robust accuracy | L∞ 8/255 | ≥ 50.0% | 10.0% | ✗ |',
      '| 8/255 | 90.0% | 10.0%–20.0% | 70.0%–80.0% | 0.0157 |',
      '- It falls.',
      '- Model: /models/a\\_b.onnx',
      '- Seed: 7',
    ]) {
      assert.ok(lines.includes(line), `${line} is missing in ${lines.join('\n')}`);
    }
  });

  it('has the pictures from the folder beside it, with what they show', () => {
    const picture = '![no entry becomes stop](my%20report-pictures/no-entry-becomes-stop-4d5e6f-12.png)';
    assert.ok(lines.includes(picture), lines.join('\n'));
  });
});
