import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ExampleReport, RunReport, TestReport } from '../../../src/reports/report.ts';

/** The id of Perturb's test controller. */
const controller = 'perturb';

/** The folder that is open: a copy of the demo workspace. */
export function openFolder(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder === undefined) throw new Error('no folder is open');
  return folder.uri.fsPath;
}

/** Every run folder of the workspace, oldest first. */
export async function runFolders(): Promise<string[]> {
  const runs = path.join(openFolder(), '.perturb', 'runs');
  return (await readdir(runs).catch(() => [])).sort().map((name) => path.join(runs, name));
}

/** A run, as its folder tells of it. */
export interface Run {
  readonly folder: string;
  readonly tests: readonly TestReport[];
  readonly examples: readonly ExampleReport[];
}

/** Runs all tests as a click on *Run Tests* does; returns what the new run folder holds when that has ended. */
export async function runAll(): Promise<Run> {
  const before = new Set(await runFolders());
  await vscode.commands.executeCommand('testing.refreshTests');
  await listed();
  await vscode.commands.executeCommand('testing.runAll');
  const [folder, ...others] = (await runFolders()).filter((name) => !before.has(name));
  if (folder === undefined || others.length > 0) throw new Error(`${others.length + (folder ? 1 : 0)} new run folders`);
  return readRun(folder);
}

/**
 * Waits until VS Code's window lists the tests. It hears of them some time after the extension has made them, says so by
 * no event, and until then *Run Tests* has nothing to run.
 */
async function listed(): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (
    !(await vscode.commands.executeCommand<string[]>('vscode.testing.getControllersWithTests')).includes(controller)
  ) {
    if (performance.now() > deadline) throw new Error('VS Code lists no tests of Perturb within 60 s');
    await setTimeout(20);
  }
}

export async function readRun(folder: string): Promise<Run> {
  const report: RunReport = JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8'));
  const lines = (await readFile(path.join(folder, 'examples.jsonl'), 'utf8')).trim().split('\n');
  return { folder, tests: report.tests as TestReport[], examples: lines.map((line) => JSON.parse(line)) };
}

/** Processes of the engine that this extension host has started, found as the operating system lists them. */
export async function computeProcesses(): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent === process.pid && command.includes('engine.js')) found.push(Number(name));
  }
  return found;
}
