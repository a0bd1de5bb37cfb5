import { kinds } from '../../src/attacks/kind.ts';
import type { ShownTest } from '../../src/page/protocol.ts';
import { formatNorm, formatPercent, formatRange } from '../../src/reports/format.ts';
import { type Child, h } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { formatAmount, formatScore } from '../logic/format.ts';
import { createTransferTable } from './transferTable.ts';

/** The attack, its budgets, the model, and the images, in a line. */
export function summarize(t: Translate, { report }: ShownTest): string[] {
  const { attack, model, dataset } = report;
  const budgets = attack.epsilons.map((epsilon) => formatAmount(epsilon, attack.norm)).join(', ');
  const name = dataset.path === '' ? t('white noise') : dataset.name;
  return [
    attack.title,
    budgets === '' ? formatNorm(attack.norm) : `${formatNorm(attack.norm)} ≤ ${budgets}`,
    model.name,
    dataset.images === undefined ? name : `${name} (${t('{0} images', dataset.images)})`,
  ];
}

/** Everything needed to reproduce the test. */
export function createFacts(t: Translate, test: ShownTest): HTMLElement[] {
  const { report, started } = test;
  const {
    attack,
    model,
    dataset,
    engine,
    metrics,
    queries,
    detector,
    purifier,
    generator,
    surrogates,
    findings,
    notChecked = [],
  } = report;
  const { norm } = attack;
  const { kind } = attack;
  // A forged image has no correct class, and an explanation measures nothing.
  const measured = kinds[kind].isMeasured ? metrics : undefined;
  const fractions = measured && [
    [t('Clean accuracy'), kinds[kind].hasTrueLabel ? formatPercent(measured.cleanAccuracy) : undefined],
    [
      t('Robust accuracy'),
      measured.robustAccuracy === undefined
        ? undefined
        : formatRange(formatPercent, measured.robustAccuracy, measured.ifHeld?.robustAccuracy),
    ],
    [
      t('Success rate'),
      formatRange(formatPercent, measured.ifHeld?.successRate ?? measured.successRate, measured.successRate),
    ],
  ];
  const parameters = Object.entries(attack.parameters).map(([name, value]) => `${name} ${show(name, value)}`);
  const rows: [string, Child][] = [
    [t('Attack'), `${attack.title} (${attack.id}), ${attack.threatModel}`],
    [t('Goal'), attack.target === undefined ? t('Any other class') : t('Target: {0}', attack.target)],
    [t('Norm'), attack.epsilons.length === 0 ? t('{0}, minimized', formatNorm(norm)) : formatNorm(norm)],
    [t('Budgets'), attack.epsilons.map((epsilon) => formatAmount(epsilon, norm)).join(', ')],
    [t('Parameters'), [...parameters, t('preset {0}', attack.preset)].join(', ')],
    [t('Pixel grid'), attack.quantize ? t('8-bit gray levels') : t('Off: exact float32 values')],
    ...(fractions ?? []).flatMap(([name, value]): [string, Child][] =>
      value === undefined ? [] : [[String(name), value]],
    ),
    ...(measured && attack.epsilons.length === 0
      ? ([[t('Median distance'), formatAmount(measured.medianDistance, norm)]] satisfies [string, Child][])
      : []),
    [t('Seed'), String(report.seed)],
    [t('Queries'), t('points {0}, gradients {1}', queries.points, queries.gradients)],
    [t('Engine'), engine.name],
    [t('Model'), h('span', { title: model.path }, model.path)],
    [t('Model hash'), model.sha256 && h('code', { title: model.sha256 }, `sha256 ${model.sha256.slice(0, 12)}`)],
    [t('Crafted on'), surrogates?.map(({ name }) => name).join(' + ')],
    ...transferRows(t, test),
    [t('Detector'), detector && h('span', { title: detector.path }, detector.path)],
    [t('Purifier'), purifier && h('span', { title: purifier.path }, purifier.path)],
    [t('Generator'), generator && h('span', { title: generator.path }, generator.path)],
    [t('Threshold'), detector && thresholdOf(t, detector)],
    [t('Audit'), findings && (findings.length === 0 ? t('No findings') : String(findings.length))],
    [t('Not checked'), notChecked.map(({ check, reason }) => `${check} (${reason})`).join('; ')],
    [t('Dataset'), h('span', { title: dataset.path }, dataset.path === '' ? t('white noise') : dataset.path)],
    [t('Notes'), dataset.notes.join('; ')],
    [t('Started'), started],
    [t('Time'), t('{0} s', report.time.toFixed(1))],
  ];
  return rows.flatMap(([name, value]) => (value ? [h('div', {}, h('dt', {}, name), h('dd', {}, value))] : []));
}

/** What examples of the surrogate came to there, beside a white-box attack, and between the models of the run. */
function transferRows(t: Translate, { report, transfer: matrices = [] }: ShownTest): [string, Child][] {
  const { surrogates, rounds, attack } = report;
  if (surrogates === undefined) return [];
  const { transfer, metrics } = rounds.at(-1) ?? {};
  const whiteBox = transfer?.whiteBox;
  const own = matrices.filter((matrix) => matrix.norm === attack.norm && matrix.models.includes(report.model.name));
  return [
    [
      t('Fooled on the surrogate'),
      transfer && t('{0} of {1}', transfer.fooledSurrogate, metrics?.counts.eligible ?? 0),
    ],
    [t('White-box success rate'), whiteBox && `${formatPercent(whiteBox.metrics.successRate)} (${whiteBox.title})`],
    ...own.map((matrix): [string, Child] => [
      matrix.epsilon === undefined ? matrix.attack : `${matrix.attack}, ${formatAmount(matrix.epsilon, matrix.norm)}`,
      createTransferTable(t, matrix),
    ]),
  ];
}

type ShownDetector = NonNullable<ShownTest['report']['detector']>;

function thresholdOf(t: Translate, { threshold, falsePositiveRate, seen }: ShownDetector): string {
  if (threshold === undefined || falsePositiveRate === undefined) return '';
  const stated = t('{0}, set to reject {1} of clean images', formatScore(threshold), formatPercent(falsePositiveRate));
  if (seen === undefined) return stated;
  return `${stated}; ${seen ? t('trained on this attack') : t('not trained on this attack')}`;
}

/** Sizes of steps are distances, which read best in gray levels. */
function show(name: string, value: unknown): string {
  if (typeof value !== 'number') return JSON.stringify(value);
  return /size|epsilon|alpha/i.test(name) ? formatAmount(value, 'linf') : String(value);
}
