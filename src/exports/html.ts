import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { readError } from '../data/fileErrors.ts';
import type { ShownExample } from '../page/protocol.ts';
import { type ReportedRun, type ReportedTest, runElement } from '../page/reportedRun.ts';
import { shownTest, withoutSteps } from '../page/shownTest.ts';
import { eachExample } from '../reports/examples.ts';
import { figureOf } from '../reports/figure.ts';
import { type ExampleReport, isPlanned, type RunReport } from '../reports/report.ts';
import { worstExamples } from './worstExamples.ts';

/** Examples whose pictures a report has, over all tests. */
const mostPictures = 50;

/**
 * A run as a page of its own: the perturbation view with all figures, and the pictures of the worst examples. It loads
 * nothing, so that it opens from a disk or from the artifacts of a build, and its policy keeps it from doing so.
 * @param folder the run folder.
 * @param pageFolder where the built page is: `report.js` and `report.css`.
 * @throws UserError when a file cannot be read.
 */
export async function html(report: RunReport, folder: string, pageFolder: string): Promise<string> {
  const run = JSON.stringify(await reportedRun(report, folder));
  const data = (await promisify(gzip)(run)).toString('base64');
  const [script, style] = await Promise.all(
    ['report.js', 'report.css'].map((name) => reading(path.join(pageFolder, name))),
  );
  // Without the names of source maps, which are not there.
  const [code, rules] = [script, style].map((text = '') => text.replace(/\/[/*]# sourceMappingURL=.*$/m, ''));
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(code)}'`,
    `style-src '${hashOf(rules)}'`,
    'img-src data: blob:',
    'connect-src data:',
  ].join('; ');
  const title = `Robustness tests: ${path.basename(report.workspace)}`.replaceAll(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${rules}</style>
</head>
<body>
<nav id="tests" aria-label="Tests"></nav>
<div id="root"><p class="loading">Loading the examples…</p></div>
<script type="application/octet-stream" id="${runElement}">${data}</script>
<script>${code}</script>
</body>
</html>
`;
}

async function reportedRun({ workspace, started, tests, transfer }: RunReport, folder: string): Promise<ReportedRun> {
  const all = await examplesByTest(folder);
  const planned = tests.filter(isPlanned).map((report) => ({ report, examples: all.get(report.id) ?? [] }));
  const worst = worstExamples(planned, mostPictures);
  const known = new Set(planned.flatMap(({ report }) => report.knownExamples ?? []).slice(0, mostPictures));
  const time = formatTime(started);
  const reported = async (test: RunReport['tests'][number]): Promise<ReportedTest> => {
    if (!isPlanned(test)) return { unplanned: test };
    const outside = test.knownExamples ?? [];
    const examples = [...(all.get(test.id) ?? []), ...outside];
    const isPictured = (example: ExampleReport) => worst.has(example) || known.has(example);
    const figure = figureOf(test)?.text;
    const shown = {
      ...shownTest({ report: test, examples }),
      examples: examples.map((example) => shownExample(example, isPictured(example))),
      ...(transfer && { transfer }),
      imagesBase: '',
      images: await imagesOf(examples.filter(isPictured), folder),
      started: time,
    };
    return { shown, ...(figure !== undefined && { figure }) };
  };
  return { workspace, started: time, tests: await Promise.all(tests.map(reported)) };
}

async function examplesByTest(folder: string): Promise<ReadonlyMap<string, ExampleReport[]>> {
  const examples = new Map<string, ExampleReport[]>();
  for await (const example of eachExample(folder)) {
    const known = examples.get(example.test);
    if (known) known.push(example);
    else examples.set(example.test, [example]);
  }
  return examples;
}

/** What charts need of an example; the rest only where it can be looked at. Traces are for the view. */
function shownExample(example: ExampleReport, isWorst: boolean): ShownExample {
  const { trace: _, ...shown } = withoutSteps(example);
  if (isWorst) return shown;
  const { top: _clean, ...clean } = shown.clean;
  if (shown.adversarial === null) return { ...shown, clean };
  const { top: _adversarial, ...adversarial } = shown.adversarial;
  return { ...shown, clean, adversarial };
}

async function imagesOf(examples: readonly ExampleReport[], folder: string): Promise<Record<string, string>> {
  const names = new Set(examples.flatMap((example) => [example.originalImage, example.adversarialImage ?? []].flat()));
  const read = async (name: string) => {
    const png = await readFile(path.join(folder, name)).catch(() => undefined);
    return png ? [[name, `data:image/png;base64,${png.toString('base64')}`]] : [];
  };
  return Object.fromEntries((await Promise.all([...names].map(read))).flat());
}

async function reading(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error) => {
    throw readError(file, error);
  });
}

function hashOf(text = ''): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function formatTime(time: string): string {
  return new Date(time).toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
}
