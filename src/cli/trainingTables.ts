import Table from 'cli-table3';
import type { DetectorReport } from '../defenses/detectors/report.ts';
import { describeGenerator } from '../defenses/generators/describeGenerator.ts';
import type { GeneratorReport } from '../defenses/generators/report.ts';
import type { SurrogateReport } from '../defenses/surrogates/report.ts';
import type { DefenseReport } from '../defenses/training/report.ts';
import { formatDuration } from '../evaluation/estimate.ts';
import { formatEpsilon, formatPercent } from '../reports/format.ts';

const style = { head: [], border: [] };

/** The results of training a detector: a row for each attack, and its effect on clean images. */
export function formatDetector({
  name,
  title,
  file,
  model,
  threshold,
  falsePositiveRate,
  clean,
  attacks,
  warnings,
  time,
}: DetectorReport): string {
  const head = ['attack', 'budget', 'used in training', 'examples', 'AUROC', 'detected at 1%', 'detected at 5%'];
  const table = new Table({ head, style });
  for (const { title: attack, norm, epsilon, seen, examples, auroc, detectedAt1, detectedAt5 } of attacks) {
    const figures = [auroc.toFixed(3), formatPercent(detectedAt1), formatPercent(detectedAt5)];
    table.push([
      `${attack} ${norm}`,
      epsilon === undefined ? '' : formatEpsilon(epsilon, norm),
      seen ? 'yes' : 'held out',
      examples,
      // If an attack fooled the model on no image, there is nothing to detect.
      ...(examples > 0 ? figures : figures.map(() => '—')),
    ]);
  }
  const { images, rejected } = clean;
  const share = images === 0 ? '' : ` (${formatPercent(rejected / images)})`;
  return [
    `${name}: ${title} for ${model.name}`,
    ...(attacks.length > 0 ? [table.toString()] : []),
    `clean images rejected: ${rejected} of ${images}${share}; threshold ${threshold.toPrecision(4)}, set to reject ${formatPercent(falsePositiveRate)}`,
    ...warnings.map((warning) => `warning: ${warning}`),
    `time: ${formatDuration(time)}`,
    `detector: ${file}`,
  ].join('\n');
}

/** What training a surrogate came to: how far it is to be taken for the model, and the files. */
export function formatSurrogate(report: SurrogateReport): string {
  const { name, title, agreement, validation, images, queries, warnings, time, model, onnx, card } = report;
  const like =
    queries > 0 ? `as the model does, which was asked ${queries} times` : 'as labeled; the model was not asked';
  return [
    `${name}: ${title}`,
    `classifies ${formatPercent(agreement)} of ${validation} validation images ${like}`,
    `trained on: ${images} images`,
    ...warnings.map((warning) => `warning: ${warning}`),
    `time: ${formatDuration(time)}`,
    `model: ${model}`,
    ...(onnx === undefined ? [] : [`ONNX: ${onnx}`]),
    `card: ${card}`,
  ].join('\n');
}

/** What training a generator came to, and the files. */
export function formatGenerator(report: GeneratorReport): string {
  const { name, title, warnings, time, model, onnx, samples, card } = report;
  return [
    `${name}: ${title}`,
    describeGenerator(report),
    ...warnings.map((warning) => `warning: ${warning}`),
    `time: ${formatDuration(time)}`,
    `generator: ${model}`,
    `ONNX: ${onnx}`,
    ...(samples === undefined ? [] : [`samples: ${samples}`]),
    `card: ${card}`,
  ].join('\n');
}

/** The results of hardening a model: accuracy before and after, and the files. */
export function formatDefense({
  name,
  title,
  model,
  onnx,
  card,
  before,
  after,
  warnings,
  time,
}: DefenseReport): string {
  const table = new Table({ head: ['', 'clean accuracy', 'robust accuracy'], style });
  for (const [when, { cleanAccuracy, robustAccuracy }] of Object.entries({ before, after })) {
    table.push([when, formatPercent(cleanAccuracy), formatPercent(robustAccuracy)]);
  }
  return [
    `${name}: ${title}`,
    table.toString(),
    ...warnings.map((warning) => `warning: ${warning}`),
    `time: ${formatDuration(time)}`,
    `model: ${model}`,
    `ONNX: ${onnx}`,
    `card: ${card}`,
  ].join('\n');
}
