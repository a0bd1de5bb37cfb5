import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fgsm } from '../../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../../src/attacks/gradient/ifgsm.ts';
import { amountSchema } from '../../../src/parameters/amount.ts';
import type { Attacks } from '../../../src/settings/attackChoice.ts';
import { type Resolution, resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { resolveDefensePlans, resolveDetectorPlans } from '../../../src/settings/trainingPlans.ts';
import type { Defenses, Detectors } from '../../../src/settings/trainingSchema.ts';

/** The kinds of attack that settings tell apart: without parameters, with parameters, without a budget. */
export const attacks = new Map<string, unknown>([
  ['fgsm', fgsm],
  ['ifgsm', ifgsm],
  [
    'minimal',
    {
      ...fgsm,
      id: 'minimal',
      title: 'Minimal attack',
      norms: ['l2'],
      goals: ['untargeted'],
      fixedBudget: false,
      parameters: {},
    },
  ],
  ['pixels', { ...fgsm, id: 'pixels', title: 'Pixel attack', norms: ['l0'] }],
]) as Attacks;

const steps = {
  description: 'Number of steps.',
  schema: { type: 'integer', minimum: 1 },
  quick: { value: 40, text: '40', source: 'a book' },
};
const sigma = {
  description: 'Width.',
  schema: amountSchema,
  quick: { value: 1 / 255, text: '1/255', source: 'a paper | page 3' },
};

/** The kinds of detector that settings tell apart. */
export const detectors = new Map<string, unknown>([
  [
    'net',
    {
      id: 'net',
      title: 'Net',
      description: 'A net beside the net.',
      source: 'Somebody 2017',
      learnsFrom: 'adversarial',
      parameters: { steps, sigma },
    },
  ],
  [
    'still',
    {
      id: 'still',
      title: 'Stillness',
      description: 'Knows what is usual.',
      source: 'Another 2018',
      learnsFrom: 'clean',
      surrogate: 'the identity',
      parameters: {},
    },
  ],
]) as unknown as Detectors;

/** One training defense. */
export const defenses = new Map<string, unknown>([
  [
    'robust',
    {
      id: 'robust',
      title: 'Robust training',
      description: 'Trains on attacks.',
      source: 'A third 2019',
      parameters: { steps, sigma },
    },
  ],
]) as unknown as Defenses;

const roots: string[] = [];

/** Writes files into a new folder and returns the folder. */
export async function writeFiles(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'perturb-settings-')));
  roots.push(root);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

/** Removes all folders that were written. */
export async function removeFiles(): Promise<void> {
  await Promise.all(roots.splice(0).map((root) => rm(root, { recursive: true })));
}

/** Files, and which of them (or "." for the folder) is opened. */
export async function resolveFiles(files: Readonly<Record<string, string>>, opened = '.') {
  const root = await writeFiles(files);
  const resolution = resolvePlans(await readWorkspace(join(root, opened)), attacks, detectors);
  return { root, ...resolution, lines: linesOf(root, resolution) };
}

/** A folder whose settings.json has this text. */
export function resolveText(text: string) {
  return resolveFiles({ '.vscode/settings.json': text });
}

/** What can be trained with these settings, with the real attacks. */
export async function resolveTraining(text: string) {
  const root = await writeFiles({ '.vscode/settings.json': text });
  const workspace = await readWorkspace(root);
  const [forDetectors, forDefenses] = [
    resolveDetectorPlans(workspace, detectors),
    resolveDefensePlans(workspace, defenses),
  ];
  const problems = [...forDetectors.problems, ...forDefenses.problems];
  return { root, detectors: forDetectors.plans, defenses: forDefenses.plans, lines: linesOf(root, { problems }) };
}

/** The text of settings.json with one model, one dataset and these tests, whose definitions begin at line 4. */
export function withTests(tests: string): string {
  return `{
  "perturb.models": { "signs": { "path": "signs.onnx" } },
  "perturb.datasets": { "street": { "path": "street" }, "loose": { "path": "loose", "labels": "predictions" } },
  "perturb.tests": ${tests.trim()}
}`;
}

/** The problems as a person reads them, without the file's folder. */
function linesOf(root: string, { problems }: Pick<Resolution, 'problems'>): string[] {
  return problems.map(({ file, line, setting, message }) => `${relative(root, file)}:${line} ${setting}: ${message}`);
}
