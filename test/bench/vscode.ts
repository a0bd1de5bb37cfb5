import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { nextFile } from '../support/nextFile.ts';
import { startHost } from '../support/vscode/startHost.ts';
import { Workbench } from '../support/vscode/workbench.ts';
import { copyWorkspace, extensionFolder } from '../support/vscode/workspace.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

/** Images of the large run. */
const manyExamples = 2000;

/**
 * The extension inside a real VS Code: how long it takes to activate, how long the extension host stands still while
 * all tests of the demo run, and how soon the view of a large run is painted.
 */
export async function measureVsCode(): Promise<Measurement[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'perturb-bench-'));
  const stallFile = path.join(folder, 'stalls.json');
  const workspace = await copyWorkspace();
  const images = await multiplyImages(path.join(workspace.folder, 'data', 'street'));
  const host = await startHost({
    extensions: [extensionFolder, path.join(import.meta.dirname, 'stallMeter')],
    env: { STALL_METER_FILE: stallFile },
  });
  try {
    const workbench = new Workbench(host);
    await workbench.open(workspace.folder);
    await workbench.testing.open();
    await workbench.testing.expandAll();
    await report(workbench, folder);
    await workbench.testing.run('FGSM 2/255');
    await workbench.testing.row('FGSM 2/255', 'Passed').waitFor({ timeout: 300_000 });
    const { longest, p99 } = await report(workbench, folder);
    const { view, empty } = await openings(workbench);
    const activation = await activationTime(workbench);
    return [
      { name: 'activation of the extension', value: activation, unit: 'ms', atMost: 100 },
      { name: 'extension bundle, all its files', value: (await bundleSize()) / 1e6, unit: 'MB', atMost: 1 },
      { name: `extension host, longest stall during ${images} examples`, value: longest, unit: 'ms', atMost: 50 },
      { name: 'extension host, 99th percentile of stalls', value: p99, unit: 'ms' },
      {
        name: `view of ${images} examples, from the click to the first picture`,
        value: view,
        unit: 'ms',
        atMost: 500,
      },
      { name: 'empty page of VS Code, from the click to its button', value: empty, unit: 'ms' },
    ];
  } finally {
    await host.stop();
    await workspace.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies the images of each class until there are many; returns how many there are. */
async function multiplyImages(dataset: string): Promise<number> {
  const classes = await readdir(dataset);
  const each = Math.ceil(manyExamples / classes.length);
  for (const name of classes) {
    const originals = await readdir(path.join(dataset, name));
    for (let i = originals.length; i < each; i++) {
      const original = originals[i % originals.length] as string;
      await cp(path.join(dataset, name, original), path.join(dataset, name, `copy-${i}.png`));
    }
  }
  return each * classes.length;
}

/** As VS Code itself states it. */
async function activationTime(workbench: Workbench): Promise<number> {
  await workbench.runCommand('Developer: Show Running Extensions');
  const row = workbench
    .part('editor')
    .locator('.monaco-list-row', { hasText: 'perturb' })
    .filter({ hasNotText: 'stall' });
  const text = (await row.locator('.activation-time').textContent()) ?? '';
  return Number(/(\d+)ms/.exec(text)?.[1]);
}

async function report(workbench: Workbench, folder: string): Promise<{ longest: number; p99: number }> {
  const written = nextFile(folder, 'stalls.json');
  await workbench.runCommand('Stall Meter: Report');
  return JSON.parse(await readFile(await written, 'utf8'));
}

/**
 * Milliseconds from the click to what the view of the run, and a page with nothing on it, show: medians, in turn, after each
 * was opened once.
 */
async function openings(workbench: Workbench): Promise<{ view: number; empty: number }> {
  const row = workbench.testing.row('FGSM 2/255');
  const opening = async (button: string, shown: (content: FrameLocator) => Locator): Promise<number> => {
    await workbench.runCommand('View: Close All Editors');
    await row.hover();
    const start = performance.now();
    await row.locator(`a.action-label[aria-label^="${button}"]`).click();
    await shown(workbench.webview().content).waitFor();
    return performance.now() - start;
  };
  const view = () =>
    opening('Open Perturbation View', (content) =>
      content.getByRole('listbox', { name: 'Examples' }).getByRole('option').first(),
    );
  const empty = () => opening('Open Empty Page', (content) => content.getByRole('button', { name: 'Nothing' }));
  const times: { view: number; empty: number }[] = [];
  for (let turn = 0; turn <= 5; turn++) times.push({ view: await view(), empty: await empty() });
  const warm = times.slice(1);
  return { view: median(warm.map((time) => time.view)), empty: median(warm.map((time) => time.empty)) };
}

async function bundleSize(): Promise<number> {
  const dist = path.join(extensionFolder, 'dist');
  const chunks = (await readdir(path.join(dist, 'extension'))).map((name) => path.join('extension', name));
  const files = ['extension.js', ...chunks].filter((name) => name.endsWith('.js'));
  const sizes = await Promise.all(files.map((name) => stat(path.join(dist, name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
