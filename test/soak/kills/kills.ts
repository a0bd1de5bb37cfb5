// Commands that are killed at random times, and what must hold afterwards.
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cliFile, type Ended, type Started, start } from '../../support/program.ts';
import { Dice } from '../dice.ts';
import { memoryFolder } from '../memoryFolder.ts';
import { Changes } from './changes.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { differences } from './differences.ts';
import { filesIn, tornFiles } from './outputs.ts';
import { leftOf, strike, type Target, targets } from './strike.ts';

/** Milliseconds that a command may take; the rest of it would be a hang. */
const longest = 300_000;

/** A kill, as a seed makes it. */
export interface Kill {
  readonly target: Target;
  /** The command is given over what an earlier one has written. */
  readonly isAgain: boolean;
  /** After so much of the time that the command takes undisturbed, or after so many changes of files, and some milliseconds. */
  readonly after: { readonly share: number } | { readonly changes: number; readonly milliseconds: number };
}

/** A command that was left alone: what must come of every other one in the end. */
interface Undisturbed {
  readonly code: number | null;
  readonly milliseconds: number;
  readonly changes: number;
  /** The folder before it, and after it. */
  readonly before: string;
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

/** Workspaces for kills, and what the commands come to where nothing is killed. The program must be built. */
export class Kills {
  readonly #root = memoryFolder('perturb-kills-');
  readonly #undisturbed = new Map<string, Promise<Undisturbed>>();

  /** Removes all workspaces. */
  async dispose(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  /**
   * Kills a command as a seed says, and checks what is left, and that the command can be given again.
   * @param name command and seed, which bring it back: "merge:12345".
   */
  async attempt(name: string): Promise<KillReport> {
    const [kind = '', seed = ''] = name.split(':');
    const command = commandOf(kind);
    const undisturbed = await this.#leftAlone(kind);
    const kill = killOf(new Dice(Number(seed)), command, undisturbed);
    const folder = path.join(this.#root, `${kind}-${seed}`);
    await copyWorkspace(kill.isAgain ? undisturbed.folder : undisturbed.before, folder);
    const lost = await command.remember?.(folder);
    const { isHit, faults: after } = await disturb(command, kill, undisturbed, folder);
    const faults = [
      ...after,
      ...((await lost?.()) ?? []),
      ...(await goOn(command, undisturbed, folder)),
      ...((await lost?.()) ?? []),
    ];
    if (faults.length === 0) await rm(folder, { recursive: true, force: true });
    return { kill, isHit, faults };
  }

  /** What a command comes to undisturbed. */
  #leftAlone(name: string): Promise<Undisturbed> {
    const known = this.#undisturbed.get(name) ?? this.#leaveAlone(name);
    this.#undisturbed.set(name, known);
    return known;
  }

  async #leaveAlone(name: string): Promise<Undisturbed> {
    const command = commandOf(name);
    const before = path.join(this.#root, `${name}-before`);
    if (command.basis) await copyWorkspace((await this.#leftAlone(command.basis)).folder, before);
    await command.prepare(before);
    const folder = path.join(this.#root, name);
    await copyWorkspace(before, folder);
    const changes = new Changes(command.outputs(folder));
    await changes.ready;
    const began = performance.now();
    const { code, stderr } = await startAlone(command.arguments(folder)).ended;
    const milliseconds = performance.now() - began;
    changes.close();
    if (code === null || code > 1) throw new Error(`${name} ends with ${code} when it is left alone: ${stderr}`);
    return { code, milliseconds, changes: changes.count, before, folder };
  }
}

function commandOf(name: string): Command {
  const command = commands[name];
  if (command === undefined) throw new Error(`there is no command "${name}", only ${Object.keys(commands).join(', ')}`);
  return command;
}

function killOf(dice: Dice, { isRepeated }: Command, { changes }: Undisturbed): Kill {
  return {
    target: dice.of(targets),
    isAgain: dice.below(2) === 0 && isRepeated === true,
    after:
      dice.below(2) === 0
        ? { share: dice.below(1000) / 1000 }
        : { changes: 1 + dice.below(changes), milliseconds: dice.below(5) },
  };
}

/** Copies a workspace, whose reports and shards name its own path. */
async function copyWorkspace(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  for (const name of await filesIn(to)) {
    if (!/\.jsonl?$/.test(name)) continue;
    const file = path.join(to, name);
    const text = await readFile(file, 'utf8');
    if (text.includes(from)) await writeFile(file, text.replaceAll(from, to));
  }
}

/** Starts the command line. With several threads, so small a model mostly has them wait for each other. */
function startAlone(given: readonly string[]): Started {
  return start('env', ['PERTURB_THREADS=1', process.execPath, cliFile, ...given]);
}

/** Starts the command, and kills. */
async function disturb(
  command: Command,
  { target, after }: Kill,
  { milliseconds, code }: Undisturbed,
  folder: string,
): Promise<Pick<KillReport, 'isHit' | 'faults'>> {
  const changes = new Changes(command.outputs(folder));
  await changes.ready;
  const started = startAlone(command.arguments(folder));
  const [due, wait] =
    'share' in after
      ? [Promise.resolve(), after.share * milliseconds]
      : [changes.reached(after.changes), after.milliseconds];
  await Promise.race([due, started.ended]);
  await Promise.race([new Promise((resolve) => setTimeout(resolve, wait)), started.ended]);
  changes.close();
  const isHit = await strike(started, target);
  const ended = await withinLimit(started.ended);
  if (ended === undefined) return { isHit, faults: ['the command line hangs after the kill'] };
  const left = await leftOf(started);
  const faults = [
    ...left.map(({ command }) => `a process lives on: ${command}`),
    ...(isHit && target === 'engine' ? faultsOfEnd(ended, code) : []),
    ...(await faultsOfOutputs(command, folder)),
  ];
  return { isHit, faults };
}

/** A command line whose engine was killed says so, or has started another one in time. */
function faultsOfEnd({ code, stdout, stderr }: Ended, undisturbed: number | null): string[] {
  const told = stdout + stderr;
  const isTold = code === 2 && told.includes('The engine process exited during');
  const isRaw = /^ {4}at /m.test(told);
  if ((isTold || code === undisturbed) && !isRaw) return [];
  return [`after the engine was killed, the command line ends with ${code}: ${told}`];
}

/** Gives the command again, so that it goes on, and compares with what it comes to undisturbed. */
async function goOn(command: Command, undisturbed: Undisturbed, folder: string): Promise<string[]> {
  const lost = await command.remember?.(folder);
  const given = (await command.again?.(folder)) ?? command.arguments(folder);
  const ended = await withinLimit(startAlone(given).ended);
  if (ended === undefined) return ['the next command hangs'];
  if (ended.code !== undisturbed.code) {
    return [`the next command ends with ${ended.code}, not with ${undisturbed.code}: ${ended.stdout}${ended.stderr}`];
  }
  return [
    ...((await lost?.()) ?? []),
    ...(await faultsOfOutputs(command, folder)),
    ...(await differences(command, folder, undisturbed.folder)),
  ];
}

async function withinLimit(ended: Promise<Ended>): Promise<Ended | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), longest);
  });
  return Promise.race([ended, tooLate]).finally(() => clearTimeout(timer));
}

async function faultsOfOutputs(command: Command, folder: string): Promise<string[]> {
  const torn = (await Promise.all(command.outputs(folder).map(tornFiles))).flat();
  return torn.length > 0 ? torn : ((await command.faults?.(folder)) ?? []);
}
