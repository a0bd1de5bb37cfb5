// Runs and trainings that are killed at random times, and what must hold afterwards.
import { watch } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { imagesOf, signsModel, writeWorkspace } from '../../support/demoWorkspace.ts';
import { cliFile, type Ended, type Started, start } from '../../support/program.ts';
import { Dice } from '../dice.ts';
import { processes, waitFor } from '../processes.ts';
import {
  attackedAgain,
  filesIn,
  finishedPictures,
  lasting,
  type RunContents,
  readRunFolder,
  tornFiles,
} from './outputs.ts';

/** Milliseconds that processes may live on. */
const patience = 5_000;
/** Milliseconds that a command may take; the rest of it would be a hang. */
const longest = 120_000;

const common = { model: 'signs', dataset: 'street', epsilon: '4/255', audit: false };
const settings = {
  tests: {
    first: { ...common, attack: 'fgsm', expect: { robustAccuracy: 0 } },
    second: { ...common, attack: 'ifgsm', epsilon: ['2/255', '4/255'], record: 1, expect: { robustAccuracy: 1 } },
    third: { ...common, attack: 'ifgsm', norm: 'l2', epsilon: 0.5, quantize: false, expect: { robustAccuracy: 0 } },
    fourth: {
      ...{ model: 'signs', dataset: 'street', attack: 'fmn', norm: 'l2', parameters: { steps: 10 }, audit: true },
      ...{ minimumEligible: 1, expect: { medianDistance: 0 } },
    },
    fifth: { ...common, attack: 'square', queries: 60, expect: { robustAccuracy: 0 } },
  },
  images: imagesOf('stop', 'yield'),
};
const training = {
  'perturb.models': { signs: signsModel },
  'perturb.datasets': { street: { path: 'data/street' } },
  'perturb.defenses': {
    hard: {
      ...{ kind: 'fast', model: 'signs', dataset: 'street', path: 'hard', parameters: { epochs: 1, batchSize: 4 } },
    },
  },
  'perturb.detectors': {
    net: { kind: 'feature-squeezing', model: 'signs', dataset: 'street', path: 'net' },
  },
};

/** What is killed. */
export type Target = 'engine' | 'command line' | 'all';

/** A kill, as a seed makes it. */
export interface Kill {
  readonly command: 'run' | 'train';
  readonly target: Target;
  /** Train over what an earlier training has written. */
  readonly isAgain: boolean;
  /** After so much of the time that the command takes undisturbed, or after so many changes of files, and some milliseconds. */
  readonly after: { readonly share: number } | { readonly changes: number; readonly milliseconds: number };
}

/** A command that was left alone: what must come of every other one in the end. */
interface Undisturbed {
  readonly code: number | null;
  readonly milliseconds: number;
  readonly changes: number;
  readonly folder: string;
}

/** What came of a kill. */
export interface KillReport {
  readonly kill: Kill;
  /** False where what was to be killed had ended before. */
  readonly isHit: boolean;
  /** What does not hold. */
  readonly faults: readonly string[];
}

/** Workspaces for kills, and what the commands come to where nothing is killed. */
export class Kills {
  readonly #root: string;
  readonly #undisturbed: Readonly<Record<Kill['command'], Undisturbed>>;

  private constructor(root: string, undisturbed: Readonly<Record<Kill['command'], Undisturbed>>) {
    this.#root = root;
    this.#undisturbed = undisturbed;
  }

  /** Prepares kills: runs each command once. The program must be built. */
  static async prepare(): Promise<Kills> {
    const root = await mkdtemp(path.join(tmpdir(), 'perturb-kills-'));
    await writeWorkspace(path.join(root, 'empty'), settings);
    await mkdir(path.join(root, 'empty', 'training', '.vscode'), { recursive: true });
    for (const name of ['models', 'data']) {
      await cp(path.join(root, 'empty', name), path.join(root, 'empty', 'training', name), { recursive: true });
    }
    const file = path.join(root, 'empty', 'training', '.vscode', 'settings.json');
    await writeFile(file, JSON.stringify(training));
    const leftAlone = async (command: Kill['command']): Promise<Undisturbed> => {
      const folder = path.join(root, command);
      await cp(path.join(root, 'empty'), folder, { recursive: true });
      const began = performance.now();
      const changes = new Changes(outputsOf(command, folder));
      await changes.ready;
      const { code, stderr } = await startAlone(argumentsOf(command, folder)).ended;
      changes.close();
      if (code === null || code > 1) throw new Error(`${command} ends with ${code} when it is left alone: ${stderr}`);
      return { code, milliseconds: performance.now() - began, changes: changes.count, folder };
    };
    return new Kills(root, { run: await leftAlone('run'), train: await leftAlone('train') });
  }

  /** Milliseconds that the commands take. */
  get milliseconds(): { readonly run: number; readonly train: number } {
    return { run: this.#undisturbed.run.milliseconds, train: this.#undisturbed.train.milliseconds };
  }

  /** Removes all workspaces. */
  async dispose(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Kills as the seed says, and checks what is left, and that the command can be given again. */
  async attempt(seed: number): Promise<KillReport> {
    const kill = this.#kill(new Dice(seed));
    const { command, isAgain } = kill;
    const folder = path.join(this.#root, `${seed}`);
    await cp(isAgain ? this.#undisturbed[command].folder : path.join(this.#root, 'empty'), folder, { recursive: true });
    const { isHit, faults: after } = await this.#disturb(kill, folder);
    const faults = [...after, ...(await this.#goOn(command, folder))];
    if (faults.length === 0) await rm(folder, { recursive: true, force: true });
    return { kill, isHit, faults };
  }

  #kill(dice: Dice): Kill {
    const command = dice.of(['run', 'run', 'train'] as const);
    const { changes } = this.#undisturbed[command];
    return {
      command,
      target: dice.of(['engine', 'command line', 'all'] as const),
      isAgain: command === 'train' && dice.below(2) === 0,
      after:
        dice.below(2) === 0
          ? { share: dice.below(1000) / 1000 }
          : { changes: 1 + dice.below(changes), milliseconds: dice.below(5) },
    };
  }

  /** Starts the command, and kills. */
  async #disturb({ command, target, after }: Kill, folder: string): Promise<Omit<KillReport, 'kill'>> {
    const outputs = outputsOf(command, folder);
    const changes = new Changes(outputs);
    await changes.ready;
    const started = startAlone(argumentsOf(command, folder));
    const [due, wait] =
      'share' in after
        ? [Promise.resolve(), after.share * this.#undisturbed[command].milliseconds]
        : [changes.reached(after.changes), after.milliseconds];
    await Promise.race([due, started.ended]);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, wait)), started.ended]);
    changes.close();
    const isHit = await strike(started, target);
    const ended = await withinLimit(started.ended);
    if (ended === undefined) return { isHit, faults: ['the command line hangs after the kill'] };
    const left = await leftOf(started, patience);
    const faults = [
      ...left.map(({ command }) => `a process lives on: ${command}`),
      ...(isHit && target === 'engine' ? this.#faultsOfEnd(command, ended) : []),
      ...(await faultsOfOutputs(command, folder)),
    ];
    return { isHit, faults };
  }

  /** A command line whose engine was killed says so, or has started another one in time. */
  #faultsOfEnd(command: Kill['command'], { code, stdout, stderr }: Ended): string[] {
    const told = command === 'run' ? stdout : stderr;
    const isTold = code === 2 && told.includes('The engine process exited during');
    const isRaw = /^ {4}at /m.test(stdout + stderr);
    if ((isTold || code === this.#undisturbed[command].code) && !isRaw) return [];
    return [`after the engine was killed, the command line ends with ${code}: ${stdout}${stderr}`];
  }

  /** Gives the command again, to resume what there is, and compares with what it comes to undisturbed. */
  async #goOn(command: Kill['command'], folder: string): Promise<string[]> {
    const undisturbed = this.#undisturbed[command];
    const before = command === 'run' ? await readRunFolder(path.join(folder, 'output')) : undefined;
    const finished = command === 'run' ? await finishedPictures(path.join(folder, 'output')) : new Map();
    const given = argumentsOf(command, folder);
    const again = given.map((argument) => (argument === '--output' ? '--resume' : argument));
    let ended = await withinLimit(startAlone(again).ended);
    // What was killed before it had begun a run leaves nothing to resume.
    const hasBegun = (await filesIn(path.join(folder, 'output'))).includes('examples.jsonl');
    if (command === 'run' && !hasBegun && ended?.stderr.includes('has no run in it to resume')) {
      ended = await withinLimit(startAlone(given).ended);
    }
    if (ended === undefined) return ['the next command hangs'];
    if (ended.code !== undisturbed.code) {
      return [`the next command ends with ${ended.code}, not with ${undisturbed.code}: ${ended.stdout}${ended.stderr}`];
    }
    return [
      ...(before ? await lostVerdicts(before, path.join(folder, 'output')) : []),
      ...(await attackedAgain(finished, path.join(folder, 'output'))),
      ...(await faultsOfOutputs(command, folder)),
      ...(await differences(command, folder, undisturbed.folder)),
    ];
  }
}

/** Starts the command line. With several threads, so small a model mostly has them wait for each other. */
function startAlone(given: readonly string[]): Started {
  return start('env', ['PERTURB_THREADS=1', process.execPath, cliFile, ...given]);
}

function argumentsOf(command: Kill['command'], folder: string): string[] {
  if (command === 'run') return ['run', folder, '--output', path.join(folder, 'output')];
  return ['train', path.join(folder, 'training'), '--defense', 'hard', '--detector', 'net'];
}

/** The folders that a command writes. */
function outputsOf(command: Kill['command'], folder: string): string[] {
  if (command === 'run') return [path.join(folder, 'output')];
  return ['hard', 'net'].map((name) => path.join(folder, 'training', name));
}

/** Counts changes of the files in folders, which are made where they are missing. */
class Changes {
  readonly ready: Promise<void>;
  count = 0;
  #closed = false;
  #close: (() => void)[] = [];
  #waiting: { readonly count: number; readonly reached: () => void } | undefined;

  constructor(folders: readonly string[]) {
    this.ready = Promise.all(
      folders.map(async (folder) => {
        await mkdir(folder, { recursive: true });
        if (this.#closed) return;
        const watcher = watch(folder, { recursive: true }, () => {
          this.count++;
          if (this.#waiting && this.count >= this.#waiting.count) this.#waiting.reached();
        });
        // What is removed while it is looked at.
        watcher.on('error', () => {});
        this.#close.push(() => watcher.close());
      }),
    ).then(() => {});
  }

  /** Resolves after so many changes. */
  reached(count: number): Promise<void> {
    return new Promise((reached) => {
      this.#waiting = { count, reached };
      if (this.count >= count) reached();
    });
  }

  close(): void {
    this.#closed = true;
    for (const close of this.#close) close();
  }
}

/** Kills what is meant; false where it has ended by itself. */
async function strike({ pid, ended }: Started, target: Target): Promise<boolean> {
  let isOver = false;
  ended.then(() => {
    isOver = true;
  });
  const victim =
    target === 'command line'
      ? pid
      : target === 'all'
        ? -pid
        : await waitFor(async () => (isOver ? 0 : engineOf(pid)), patience);
  if (!victim) return false;
  try {
    process.kill(victim, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

async function engineOf(parent: number): Promise<number | undefined> {
  const child = (await processes()).find((each) => each.parent === parent && each.command.includes('engine.js'));
  return child?.pid;
}

/** The processes of a command that have not ended within a time. */
async function leftOf({ pid }: Started, milliseconds: number) {
  const left = async () => (await processes()).filter(({ group }) => group === pid);
  const isOver = await waitFor(async () => ((await left()).length === 0 ? true : undefined), milliseconds);
  return isOver ? [] : left();
}

async function withinLimit(ended: Promise<Ended>): Promise<Ended | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), longest);
  });
  return Promise.race([ended, tooLate]).finally(() => clearTimeout(timer));
}

async function faultsOfOutputs(command: Kill['command'], folder: string): Promise<string[]> {
  const faults: string[] = [];
  for (const output of outputsOf(command, folder)) faults.push(...(await tornFiles(output)));
  if (command === 'train' || faults.length > 0) return faults;
  const output = path.join(folder, 'output');
  const { report, examples } = await readRunFolder(output);
  const files = new Set(await filesIn(output));
  for (const { originalImage, adversarialImage, adversarialArray, trace } of examples) {
    for (const name of [originalImage, adversarialImage, adversarialArray, trace?.image]) {
      if (name && !files.has(name)) faults.push(`${name} of examples.jsonl is missing`);
    }
  }
  // A test is begun when those before it have a verdict.
  const begun = [...new Set(examples.map(({ test }) => test))];
  for (const test of begun.slice(0, -1)) {
    if (!report?.tests.some(({ id }) => id === test)) faults.push(`the verdict of ${test} is missing`);
  }
  return faults;
}

/** Verdicts that were there before a run went on, and are no longer, or were made again. */
async function lostVerdicts({ report, examples }: RunContents, output: string): Promise<string[]> {
  const after = await readRunFolder(output);
  const verdicts = (report?.tests ?? []).filter(({ status }) => status !== 'errored');
  return verdicts.flatMap((verdict) => {
    const found = after.report?.tests.find(({ id }) => id === verdict.id);
    const linesOf = (contents: RunContents) => contents.examples.filter(({ test }) => test === verdict.id);
    const isKept = isDeepStrictEqual(found, verdict) && isDeepStrictEqual(linesOf(after), linesOf({ examples }));
    return isKept ? [] : [`the verdict of ${verdict.id} was not kept`];
  });
}

/** How the outputs of a command differ from those of one that was left alone. */
async function differences(command: Kill['command'], folder: string, expected: string): Promise<string[]> {
  const faults: string[] = [];
  const [ours, theirs] = [outputsOf(command, folder), outputsOf(command, expected)];
  for (const [i, output] of ours.entries()) {
    const other = theirs[i] as string;
    const [names, wanted] = [await filesIn(output), await filesIn(other)];
    for (const name of names) if (!wanted.includes(name)) faults.push(`${name} is left over`);
    for (const name of wanted) {
      if (!names.includes(name)) faults.push(`${name} is missing`);
      else if (!(await isSame(path.join(output, name), path.join(other, name), folder, expected))) {
        faults.push(`${name} is not what it is undisturbed`);
      }
    }
  }
  return faults;
}

/** Files that say when they were made, or what of. */
const dated = /fingerprints\.json$|card\.md$/;

async function isSame(file: string, other: string, folder: string, otherFolder: string): Promise<boolean> {
  if (dated.test(file)) return true;
  const [bytes, otherBytes] = [await readFile(file), await readFile(other)];
  if (path.extname(file) === '.json') {
    const [value, otherValue] = [bytes, otherBytes].map((each) => JSON.parse(each.toString()));
    return isDeepStrictEqual(lasting(value, folder), lasting(otherValue, otherFolder));
  }
  if (path.extname(file) !== '.jsonl') return bytes.equals(otherBytes);
  const lines = (text: Buffer, at: string) => text.toString().replaceAll(at, 'FOLDER').split('\n').sort();
  return isDeepStrictEqual(lines(bytes, folder), lines(otherBytes, otherFolder));
}
