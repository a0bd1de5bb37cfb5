import assert from 'node:assert/strict';
import type { Kind } from '../../../src/attacks/kind.ts';
import { formatTable } from '../../../src/cli/table.ts';
import { computeMetrics, type Tally } from '../../../src/evaluation/metrics.ts';
import type { Round } from '../../../src/evaluation/round.ts';
import type { TestReport } from '../../../src/reports/report.ts';

const norms = { linf: 0.25, l2: 0.25, l1: 0.25, l0: 1 };
const examples: Tally[] = [{ status: 'fooled', norms }, { status: 'fooled', norms }, { status: 'held' }];

function rowOf(kind: Kind, given: Partial<Round> = {}, target?: string): { cells: string[]; remarks: string } {
  const metrics = computeMetrics(examples, 'linf', { targeted: target !== undefined });
  const test = {
    name: 'test',
    status: 'passed',
    model: { name: 'signs' },
    attack: { title: 'Attack', kind, norm: 'linf', ...(target && { target }) },
    rounds: [{ metrics, ...given }],
    warnings: [],
    dataset: { notes: [] },
  } as unknown as TestReport;
  const text = formatTable({ tests: [test] } as never);
  const row = text.split('\n').find((line) => line.includes('│ test ') && line.includes('Attack')) ?? '';
  const cells = row
    .split('│')
    .slice(1, -1)
    .map((cell) => cell.trim());
  return { cells, remarks: text.slice(text.lastIndexOf('┘') + 1) };
}

describe('the table of results', () => {
  it('has every figure of an attack', () => {
    const { cells } = rowOf('attack', { epsilon: 8 / 255 });
    const figures = ['8/255', '100.0%', '33.3%', '66.7%', '—'];
    assert.deepEqual(cells, ['test', 'signs', 'Attack linf', ...figures, '✓ passed']);
  });

  it('has ranges where images are undecided', () => {
    const metrics = computeMetrics([...examples, { status: 'undecided' }], 'linf', { targeted: false });
    assert.deepEqual(rowOf('attack', { metrics }).cells.slice(4, -1), [
      '100.0%',
      '25.0%–50.0%',
      '50.0%–75.0%',
      '0.250–∞',
    ]);
  });

  it('has no robust accuracy of an attack with a target', () => {
    assert.deepEqual(rowOf('attack', {}, 'stop').cells.slice(2, -1), [
      'Attack linf → stop',
      '',
      '100.0%',
      '—',
      '66.7%',
      '0.250',
    ]);
  });

  it('has no accuracies of forged images, which have no right class', () => {
    assert.deepEqual(rowOf('forge', {}, 'stop').cells.slice(3, -1), ['', '—', '—', '66.7%', '0.250']);
  });

  it('has no figures of an explanation', () => {
    assert.deepEqual(rowOf('explanation', { epsilon: 8 / 255 }).cells.slice(3, -1), ['8/255', '—', '—', '—', '—']);
  });

  it('is followed by what each part of an attack did', () => {
    const stages = [
      { title: 'APGD-CE', fooled: 40 },
      { title: 'APGD-T', fooled: 3 },
    ];
    assert.equal(rowOf('attack', { stages }).remarks, '\nnote: test: APGD-CE fooled 40, APGD-T 3 more');
    assert.equal(rowOf('attack').remarks, '');
  });

  describe('of a test with a detector', () => {
    const metrics = computeMetrics([...examples, { status: 'rejected' }], 'linf', { targeted: false, guarded: true });
    const unaware = computeMetrics([{ status: 'held' }, ...examples.slice(1)], 'linf', {
      targeted: false,
      guarded: true,
    });
    const separation = { roc: [], auroc: 0.91, detectedAt1: 0.2, detectedAt5: 0.5 };
    const detection = { separation, caught: 3, other: { attacker: 'unaware', metrics: unaware } } as const;
    const test = {
      name: 'test',
      status: 'passed',
      model: { name: 'signs' },
      attack: { title: 'Attack', kind: 'attack', norm: 'linf' },
      detector: { name: 'net', path: '/net', attacker: 'adaptive', title: 'Net', seen: true },
      rounds: [4, 8].map((level) => ({ epsilon: level / 255, metrics, detection })),
      findings: [{ check: 'zero-gradients', message: 'The gradient is zero on 3 of 4 images.' }],
      notChecked: [
        { check: 'softmax-output', reason: 'the model gives labels only' },
        { check: 'more-steps-change-result', reason: 'Auto has no number of steps' },
      ],
      warnings: [],
      dataset: { notes: [] },
    } as unknown as TestReport;
    const [table = '', ...rest] = formatTable({ tests: [test] } as never).split('┘');

    it('has a line for each attacker', () => {
      const rows = table.split('\n').filter((line) => line.startsWith('│'));
      const cells = rows.slice(1).map((row) =>
        row
          .split('│')
          .slice(3, -2)
          .map((cell) => cell.trim()),
      );
      const [adaptive, other] = [
        ['75.0%', '25.0%', '66.7%', '—'],
        ['100.0%', '66.7%', '33.3%', '—'],
      ];
      assert.deepEqual(cells, [
        ['Attack linf, adaptive attacker', '4/255', ...adaptive],
        ['unaware attacker', '4/255', ...other],
        ['adaptive attacker', '8/255', ...adaptive],
        ['unaware attacker', '8/255', ...other],
      ]);
    });

    it('is followed by what the detector rejects, and by what the audit found and did not check', () => {
      const who = 'detector: test: net (Net; trained on this attack) rejects 1 of 4 clean images';
      assert.deepEqual(rest.join('┘').trim().split('\n'), [
        `${who} and 3 of 5 misclassified examples at L∞ 4/255; AUROC 0.910`,
        `${who} and 3 of 5 misclassified examples at L∞ 8/255; AUROC 0.910`,
        'audit: test: The gradient is zero on 3 of 4 images. See media/audit/zero-gradients.md.',
        'audit: test: not checked: softmax-output (the model gives labels only); more-steps-change-result (Auto has no number of steps)',
      ]);
    });
  });
});
