import assert from 'node:assert/strict';
import { formatTable } from '../../../src/cli/table.ts';
import { computeMetrics } from '../../../src/evaluation/metrics.ts';
import { contentCheck } from '../../../src/reports/contentCheck.ts';
import type { TestReport } from '../../../src/reports/report.ts';
import { reportSchema } from '../../../src/reports/schema.ts';
import { transferMatrices } from '../../../src/reports/transferMatrix.ts';
import { unstartedReport } from '../../../src/reports/unstartedReport.ts';
import { planOf } from '../../support/plans.ts';

const norms = { linf: 0.1, l2: 0.1, l1: 0.1, l0: 1 };
const metricsOf = (fooled: number) =>
  computeMetrics(
    Array.from({ length: 4 }, (_, i) => (i < fooled ? { status: 'fooled', norms } : { status: 'held' })),
    'linf',
    { targeted: false },
  );

/** A test of a model on surrogates that fooled so many of four images, and so many with gradients. */
function tested(
  model: string,
  surrogates: readonly string[],
  fooled: number,
  whiteBox?: number,
  epsilon = 0.25,
): TestReport {
  const sources = surrogates.map((name) => ({ name, path: `/nowhere/${name}.onnx` }));
  const [first, ...others] = sources as [(typeof sources)[number]];
  const plan = planOf({
    name: `${model} from ${surrogates}`,
    id: `${model} › ${surrogates}`,
    model: { name: model, path: `/nowhere/${model}.onnx` },
    attack: 'transfer',
    epsilons: [epsilon],
    surrogates: [first, ...others],
  });
  const queries = { points: 4, gradients: 0 };
  return {
    ...unstartedReport(plan, 'process'),
    status: 'passed',
    rounds: [
      {
        epsilon,
        parameters: plan.attacks[0].parameters,
        metrics: metricsOf(fooled),
        queries,
        warnings: [],
        transfer: {
          surrogate: { right: 4, of: 4 },
          fooledSurrogate: 4,
          queries,
          ...(whiteBox !== undefined && { whiteBox: { attack: 'pgd', title: 'PGD', metrics: metricsOf(whiteBox) } }),
        },
      },
    ],
  };
}

describe('the matrix of what carries over', () => {
  const tests = [
    tested('camera', ['signs'], 2, 4),
    tested('camera', ['signs', 'mine'], 3, 4),
    tested('signs', ['mine'], 1, 3),
    tested('sealed', ['signs'], 1),
    tested('camera', ['signs'], 1, 2, 0.125),
  ];

  it('has a row for each surrogate, a column for each model, and the white-box result below, for each budget', () => {
    const common = { attack: 'Transfer (by-size)', norm: 'linf' };
    assert.deepEqual(transferMatrices(tests), [
      {
        ...common,
        epsilon: 0.25,
        surrogates: ['signs', 'signs + mine', 'mine'],
        models: ['camera', 'signs', 'sealed'],
        successRates: [
          [0.5, null, 0.25],
          [0.75, null, null],
          [null, 0.25, null],
        ],
        whiteBox: [1, 0.75, null],
        whiteBoxAttack: 'PGD',
      },
      {
        ...common,
        epsilon: 0.125,
        surrogates: ['signs'],
        models: ['camera'],
        successRates: [[0.25]],
        whiteBox: [0.5],
        whiteBoxAttack: 'PGD',
      },
    ]);
  });

  it('is there only where tests have surrogates', () => {
    const { surrogates: _, ...direct } = tested('camera', ['signs'], 2, 4);
    assert.deepEqual(transferMatrices([direct]), []);
  });

  it('is printed below the table of tests, and is part of the report', () => {
    const transfer = transferMatrices(tests);
    const report = {
      format: 'perturb-report',
      version: 1,
      workspace: '/nowhere',
      started: '2026-01-01T00:00:00.000Z',
      transfer,
      tests,
    } as const;
    contentCheck(reportSchema)(JSON.stringify(report), 'report.json');
    const text = formatTable(report);
    assert.match(text, /images fooled by Transfer \(by-size\), L∞ 0\.25:\n/);
    assert.match(text, /│ crafted on +│ camera │ signs │ sealed │/);
    assert.match(text, /│ signs \+ mine +│ 75\.0% +│ — +│ — +│/);
    assert.match(text, /│ the model itself, PGD +│ 100\.0% │ 75\.0% │ — +│/);
    assert.match(text, /Transfer linf from signs and mine/);
  });
});
