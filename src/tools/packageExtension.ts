import { mkdir, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { openPromise } from 'yauzl';
import { UserError } from '../userError.ts';
import { stage } from './stage.ts';
import type { TargetName } from './targets.ts';

/** How large a package may be, in megabytes: what is not meant to be in it is mostly large. */
const limit = 45;

/** A package that was written. */
export interface Packaged {
  /** The path of its file. */
  readonly file: string;
  /** Its size in megabytes. */
  readonly size: number;
}

/** A file in a VSIX. */
export interface PackagedFile {
  readonly name: string;
  /** Its size in the VSIX, in bytes. */
  readonly size: number;
}

/**
 * Packages the extension for a target, as `perturb-TARGET-VERSION.vsix`.
 * @param root the folder of package.json, where the project is built.
 * @param into the folder that is written to.
 * @throws UserError when it cannot be put together, or is too large.
 */
export async function packageExtension(root: string, target: TargetName, into: string): Promise<Packaged> {
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const file = path.join(into, `perturb-${target}-${version}.vsix`);
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'perturb-stage-'));
  try {
    await stage(root, target, folder);
    await mkdir(into, { recursive: true });
    await createVSIX({
      cwd: folder,
      packagePath: file,
      dependencies: false,
      ...(target !== 'universal' && { target }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const size = (await stat(file)).size / 1e6;
  if (size > limit) {
    const largest = (await filesIn(file)).sort((a, b) => b.size - a.size).slice(0, 10);
    const list = largest.map((one) => `${(one.size / 1e6).toFixed(1).padStart(8)} MB  ${one.name}`);
    // It must not be published by mistake.
    await rm(file);
    throw new UserError(
      [`${file} has ${size.toFixed(1)} MB, more than ${limit}. Leave something out. The largest files:`, ...list].join(
        '\n',
      ),
    );
  }
  return { file, size };
}

/** The files in a VSIX. */
export async function filesIn(vsix: string): Promise<PackagedFile[]> {
  const files: PackagedFile[] = [];
  const zip = await openPromise(vsix);
  for await (const { fileName, compressedSize } of zip.eachEntry()) {
    files.push({ name: fileName, size: compressedSize });
  }
  return files;
}
