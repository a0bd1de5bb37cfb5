import Table from 'cli-table3';
import type { PreprocessingCheck } from '../evaluation/checkPreprocessing.ts';
import { formatPercent } from '../reports/report.ts';
import { type FoundSource, findDataset, findModel } from '../settings/findSource.ts';
import { formatPath } from '../settings/problem.ts';
import { readWorkspace } from '../settings/readSettings.ts';
import { UserError } from '../userError.ts';
import { startEngine } from './engine.ts';
import { ProgressBar } from './progressBar.ts';

/** What to check; `seed` draws the images. */
export interface CheckPreprocessingOptions {
  readonly model: string;
  readonly dataset: string;
  readonly seed: number;
  readonly json?: boolean;
}

/**
 * Prints how a model does after each of the usual ways to preprocess images, and the settings of a better one. Changes
 * nothing.
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
  process.once('SIGINT', () => interrupt.abort(new UserError('Interrupted: nothing was found out.')));
  const engine = startEngine();
  try {
    const request = { model: model.source, dataset: dataset.source, seed };
    const check = await engine.call('checkPreprocessing', request, {
      onProgress: (progress) => bar.show({ test: `preprocessing of ${name}`, phase: 'attacking', ...progress }),
      signal: interrupt.signal,
    });
    bar.clear();
    console.log(json ? JSON.stringify(check, null, 2) : `${formatCheck(check)}\n\n${advise(check, model)}`);
  } finally {
    bar.clear();
    engine.dispose();
  }
}

function formatCheck({ conventions, images, input }: PreprocessingCheck): string {
  const table = new Table({
    head: ['preprocessing', 'size', 'right', 'accuracy', 'confidence', ''],
    style: { head: [], border: [] },
  });
  for (const { title, resizing, correct, accuracy, confidence, current } of conventions) {
    table.push([
      title ?? 'as in the settings',
      resizing.resize === 'stretch' ? 'stretched' : `${resizing.resize}, center ${input.height}×${input.width}`,
      `${correct}/${images}`,
      formatPercent(accuracy),
      formatPercent(confidence),
      current ? '← settings' : '',
    ]);
  }
  return table.toString();
}

/** The settings of the best convention, unless it is the one that is used now. */
function advise({ conventions }: PreprocessingCheck, { definition }: FoundSource<unknown>): string {
  const [best] = conventions;
  const current = conventions.find((each) => each.current);
  if (!best || !current || best.current) return 'The settings have the best of them.';
  const { layer, setting, name } = definition;
  const place = [setting, name, 'preprocessing'];
  const gain =
    best.correct > current.correct
      ? 'classifies more of these images right than the settings do'
      : 'classifies as many of these images right as the settings do, with more confidence';
  return [
    `${best.title} ${gain}. To use it, write at`,
    `${layer.file}:${layer.locate(place).line}: ${formatPath(place)}:`,
    `  "preprocessing": ${JSON.stringify(best.settings)}`,
  ].join('\n');
}
