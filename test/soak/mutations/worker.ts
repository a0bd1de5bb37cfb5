// The process that mutations.ts gives mutations to: opens each mutated input, and says what came of it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { limitReading } from '../../../src/data/memory.ts';
import { UserError } from '../../../src/userError.ts';
import { Dice } from '../dice.ts';
import type { Files, Format } from './format.ts';
import { loaderOf } from './formats.ts';
import { mutate } from './mutate.ts';
import type { Answer, Begun } from './mutations.ts';

limitReading(Number(process.env.PERTURB_MEMORY));
process.on('disconnect', () => process.exit());
process.on('message', async (name: string) => {
  process.send?.({ ...(await outcomeOf(name)), peak: process.resourceUsage().maxRSS * 1024 } satisfies Answer);
});

/** Words that are for programmers. */
const raw =
  /\b(Type|Range|Syntax|Reference)Error\b|Cannot read propert|is not (a function|iterable)|(^|: )[\w$]+ is not defined|call stack/;

/** Values that were not looked at; libraries quote them, whatever they are. */
const unseen = /\bundefined\b|\[object /;
const quotes = /cannot (build|run) this model: .*/;

interface Prepared {
  readonly format: Format;
  readonly intact: readonly Files[];
}

const prepared = new Map<string, Promise<Prepared>>();

async function prepare(name: string): Promise<Prepared> {
  const format = await loaderOf(name)();
  return { format, intact: await format.intact() };
}

/** @param name format and seed: "onnx:12345"; with the seed "intact", all inputs as they are. */
async function outcomeOf(name: string): Promise<Omit<Answer, 'peak'>> {
  const [kind = '', seed = ''] = name.split(':');
  if (!prepared.has(kind)) prepared.set(kind, prepare(kind));
  const { format, intact } = (await prepared.get(kind)) as Prepared;
  const { user, system } = process.cpuUsage();
  process.send?.({ begun: (user + system) / 1e6 } satisfies Begun);
  const kept = process.env.PERTURB_KEEP;
  const folder = kept ?? mkdtempSync(path.join(tmpdir(), 'mutated-'));
  try {
    if (seed !== 'intact') {
      await writeMutated(folder, format, intact, Number(seed));
      return await attempt(format, folder);
    }
    for (const [i, files] of intact.entries()) {
      write(path.join(folder, `${i}`), files);
      const found = await attempt(format, path.join(folder, `${i}`));
      if (found.result !== 'opened')
        return { result: 'mistake', message: `input ${i} is not opened: ${found.message}` };
    }
    return { result: 'opened', message: '' };
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes one of the intact inputs with a mutation, or with two, in one of its files. */
async function writeMutated(folder: string, format: Format, intact: readonly Files[], seed: number): Promise<void> {
  const dice = new Dice(seed);
  const files = dice.of(intact);
  const names = Object.keys(files).filter((name) => format.mutable?.test(name) ?? true);
  const name = dice.of(names.sort());
  const once = await mutate(name, files[name] as Buffer, dice);
  // What is no longer JSON, or no archive, is damaged enough.
  const twice = dice.below(4) === 0 ? await mutate(name, once, dice).catch(() => once) : once;
  write(folder, { ...files, [name]: twice });
}

/** Nothing else is to be done meanwhile, and on a busy machine each step that is waited for takes long. */
function write(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
}

async function attempt(format: Format, folder: string): Promise<Omit<Answer, 'peak'>> {
  try {
    await format.open(folder);
    return { result: 'opened', message: '' };
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (!(error instanceof UserError)) return { result: 'mistake', message: words.replaceAll(folder, 'FOLDER') };
    const message = error.message.replaceAll(folder, 'FOLDER');
    const isForPeople =
      !raw.test(message) && !unseen.test(message.replace(quotes, '')) && /FOLDER|perturb\.\w|"\w+"/.test(message);
    return { result: isForPeople ? 'refused' : 'mistake', message };
  }
}
