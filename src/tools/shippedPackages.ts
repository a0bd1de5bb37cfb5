import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../userError.ts';

/** A package of someone else's that users get with Perturb. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** As the package states it: an SPDX expression, if all is well. */
  readonly license: string;
  /** Where its source is, as the package states it. */
  readonly source: string;
  /** The absolute path of its folder. */
  readonly folder: string;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly homepage?: string;
  readonly repository?: string | { readonly url?: string };
}

/**
 * The packages that users get on this platform, by name: those that are installed for running, and those that are bundled,
 * whichever way package.json lists them.
 * @param root the folder of package.json; its `dist/inputs.json` lists the files that are bundled.
 * @throws UserError when the project is not built, or a package is not installed.
 */
export async function shippedPackages(root: string): Promise<ShippedPackage[]> {
  const { packages } = await readJson<LockFile>(path.join(root, 'package-lock.json'), 'It belongs to the project.');
  const inputs = await readJson<string[]>(path.join(root, 'dist', 'inputs.json'), 'Run "npm run build".');
  const installed = Object.keys(packages).filter((place) => place !== '' && !packages[place]?.dev);
  const bundled = inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const found = await Promise.all(
    [...new Set([...installed, ...bundled])].map(async (place) => {
      const folder = path.join(root, place);
      const manifest = await readJson<Manifest>(path.join(folder, 'package.json'), 'Run "npm ci".').catch((error) => {
        // What is made for other platforms is not installed here.
        if (packages[place]?.optional) return undefined;
        throw error;
      });
      return manifest && describe(manifest, folder);
    }),
  );
  const key = ({ name, version }: ShippedPackage) => `${name}@${version}`;
  // One version may be installed in several places.
  const byKey = new Map(found.filter((one) => one !== undefined).map((one) => [key(one), one]));
  return [...byKey.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function describe({ name, version, license, homepage, repository }: Manifest, folder: string): ShippedPackage {
  const url = typeof repository === 'string' ? repository : repository?.url;
  return {
    name,
    version,
    license: typeof license === 'string' ? license : '',
    source: url?.replace(/^git\+/, '') ?? homepage ?? '',
    folder,
  };
}

async function readJson<T>(file: string, remedy: string): Promise<T> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    throw new UserError(`${file} cannot be read (${(error as Error).message}). ${remedy}`, { cause: error });
  }
}
