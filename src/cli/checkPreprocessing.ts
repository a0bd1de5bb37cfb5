import Table from 'cli-table3';
import type { PreprocessingCheck } from '../evaluation/checkPreprocessing.ts';
import { formatPercent } from '../reports/format.ts';
import { type FoundSource, findDataset, findModel } from '../settings/findSource.ts';
import { formatPath } from '../settings/problem.ts';
import { readWorkspace } from '../settings/readSettings.ts';
import { UserError } from '../userError.ts';
import { startEngine } from './engine.ts';
import { printable } from './printable.ts';
import { ProgressBar } from './progressBar.ts';

/** What to check; `seed` draws the images. */
export interface CheckPreprocessingOptions {
  readonly model: string;
  readonly dataset: string;
  readonly seed: number;
  readonly json?: boolean;
}

/**
 * Prints a model's accuracy with each common preprocessing convention, and the settings of a better one. Changes nothing.
 * @throws UserError when the model or the dataset cannot be used, or when the check was interrupted.
 */
export async function checkPreprocessing(
  path: string,
  { model: name, dataset: datasetName, seed, json }: CheckPreprocessingOptions,
): Promise<void> {
  const workspace = await readWorkspace(path);
  const model = findModel(workspace, name);
  const dataset = findDataset(workspace, datasetName);
  const bar = new ProgressBar();
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new UserError('Interrupted before any result was available.')));
  const engine = startEngine();
  try {
    const request = { model: model.source, dataset: dataset.source, seed };
    const check = await engine.call('checkPreprocessing', request, {
      onProgress: (progress) => bar.show({ test: `preprocessing of ${name}`, phase: 'attacking', ...progress }),
      signal: interrupt.signal,
    });
    bar.clear();
    console.log(json ? JSON.stringify(check, null, 2) : printable(`${formatCheck(check)}\n\n${advise(check, model)}`));
  } finally {
    bar.clear();
    engine.dispose();
  }
}

function formatCheck({ conventions, images, input }: PreprocessingCheck): string {
  const table = new Table({
    head: ['preprocessing', 'size', 'correct', 'accuracy', 'confidence', ''],
    style: { head: [], border: [] },
  });
  for (const { title, resizing, correct, accuracy, confidence, current } of conventions) {
    table.push([
      title ?? 'current settings',
      resizing.resize === 'stretch' ? 'stretched' : `${resizing.resize}, center ${input.height}×${input.width}`,
      `${correct}/${images}`,
      formatPercent(accuracy),
      formatPercent(confidence),
      current ? '← current' : '',
    ]);
  }
  return table.toString();
}

/** The settings of the best convention, unless it is already in use. */
function advise({ conventions }: PreprocessingCheck, { definition }: FoundSource<unknown>): string {
  const [best] = conventions;
  const current = conventions.find((each) => each.current);
  if (!best || !current || best.current) return 'The current settings are the best of these.';
  const { layer, setting, name } = definition;
  const place = [setting, name, 'preprocessing'];
  const gain =
    best.correct > current.correct
      ? 'classifies more of these images correctly than the current settings'
      : 'classifies as many of these images correctly as the current settings, with higher confidence';
  return [
    `${best.title} ${gain}. To use it, set this at`,
    `${layer.file}:${layer.locate(place).line}: ${formatPath(place)}:`,
    `  "preprocessing": ${JSON.stringify(best.settings)}`,
  ].join('\n');
}
