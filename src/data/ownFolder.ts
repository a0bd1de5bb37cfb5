import { lstat, mkdir, readdir, readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../userError.ts';
import { writeError } from './fileErrors.ts';
import { firstFew } from './firstFew.ts';
import { replaceFile, unfinished } from './replaceFile.ts';

/** Marks a folder as written by Perturb: what for, and which of its files are ours. */
const markerFile = '.perturb-folder.json';
const format = 'perturb-folder';

/** A folder that Perturb writes. */
export interface OwnFolder {
  /** What it holds, in words: "a run". */
  readonly holds: string;
  /** Names of the files and folders in it that we may replace and delete. All others are left alone. */
  readonly contents: readonly string[];
}

/**
 * Makes a folder ours: creates it, or takes one that is empty or that we wrote for the same purpose.
 * @throws UserError when it holds anything else, or cannot be written.
 */
export async function claimFolder(folder: string, { holds, contents }: OwnFolder): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const names = await readdir(folder);
    const held = (await readMarker(folder))?.holds;
    if (held === holds) {
      for (const name of contents.filter((name) => names.includes(name))) await refuseLink(path.join(folder, name));
      return;
    }
    // A process that was killed may have left a marker that is not whole.
    const others = names.filter((name) => name !== `${markerFile}${unfinished}`);
    if (others.length > 0) throw notOurs(folder, names, held);
    const marker = { format, version: 1, holds, contents };
    await replaceFile(path.join(folder, markerFile), `${JSON.stringify(marker, null, 2)}\n`);
  } catch (error) {
    throw writeError(folder, error);
  }
}

/**
 * Deletes what is ours in a folder: what its marker lists, if it can be ours.
 * @throws UserError when that is not possible.
 */
export async function clearFolder(folder: string, { contents }: OwnFolder): Promise<void> {
  const listed = (await readMarker(folder))?.contents ?? [];
  const ours = contents.filter((name) => listed.includes(name));
  for (const name of ours.flatMap((name) => [name, `${name}${unfinished}`])) {
    const place = path.join(folder, name);
    await rm(place, { recursive: true, force: true }).catch((error) => {
      throw writeError(place, error);
    });
  }
}

/** True for a folder that was claimed for this. */
export async function isOurs(folder: string, { holds }: Pick<OwnFolder, 'holds'>): Promise<boolean> {
  return (await readMarker(folder))?.holds === holds;
}

/**
 * Creates a folder below another one, step by step, following no link out of it: a repository's contents must not make
 * us write elsewhere.
 * @throws UserError when a part of the path leads elsewhere, or cannot be created.
 */
export async function makeFolderWithin(home: string, ...steps: readonly string[]): Promise<string> {
  let folder = home;
  for (const step of steps) {
    folder = path.join(folder, step);
    try {
      await mkdir(folder, { recursive: true });
      const [inner, outer] = [await realpath(folder), await realpath(home)];
      if (inner === path.join(outer, path.relative(home, folder))) continue;
      throw new UserError(
        `${folder} is a link to ${inner}, and results are not written through links. Remove it and run the test again.`,
      );
    } catch (error) {
      throw writeError(folder, error);
    }
  }
  return folder;
}

async function readMarker(folder: string): Promise<OwnFolder | undefined> {
  try {
    const marker = JSON.parse(await readFile(path.join(folder, markerFile), 'utf8'));
    const isOurs = marker.format === format && typeof marker.holds === 'string' && Array.isArray(marker.contents);
    return isOurs ? marker : undefined;
  } catch {
    return undefined;
  }
}

async function refuseLink(place: string): Promise<void> {
  if (!(await lstat(place)).isSymbolicLink()) return;
  throw new UserError(`${place} is a link, and results are not written through links. Remove it.`);
}

function notOurs(folder: string, names: readonly string[], held: string | undefined): UserError {
  const what = held === undefined ? `other files (${firstFew(names)})` : `${held} that Perturb wrote`;
  return new UserError(`${folder} holds ${what}, which could be overwritten. Choose a new or an empty folder.`);
}
