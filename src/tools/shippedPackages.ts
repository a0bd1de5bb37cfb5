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

type Names = Readonly<Record<string, string>>;

/** What the lock file says of every package, by its place. */
type Packages = Readonly<
  Record<
    string,
    {
      readonly dependencies?: Names;
      readonly optionalDependencies?: Names;
      readonly peerDependencies?: Names;
      readonly optional?: boolean;
    }
  >
>;

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
  const lock = path.join(root, 'package-lock.json');
  const { packages } = await readJson<{ packages: Packages }>(lock, 'It belongs to the project.');
  const inputs = await readJson<string[]>(path.join(root, 'dist', 'inputs.json'), 'Run "npm run build".');
  const bundled = inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const found = new Map<string, ShippedPackage>();
  const add = async (place: string) => {
    const folder = path.join(root, place);
    const manifest = await readJson<Manifest>(path.join(folder, 'package.json'), 'Run "npm ci".').catch((error) => {
      // What is made for other platforms is not installed here.
      if (packages[place]?.optional) return undefined;
      throw error;
    });
    if (manifest) found.set(place, describe(manifest, folder));
    return manifest !== undefined;
  };
  const waiting = needsOf('', packages);
  // It grows while it is gone through.
  for (const place of waiting) {
    if (!found.has(place) && (await add(place))) waiting.push(...needsOf(place, packages));
  }
  for (const place of bundled) if (!found.has(place)) await add(place);
  const key = ({ name, version }: ShippedPackage) => `${name}@${version}`;
  // One version may be installed in several places.
  const byKey = new Map([...found.values()].map((one) => [key(one), one]));
  return [...byKey.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Where the packages are that a package needs, found as Node.js finds them: in the nearest folder. */
function needsOf(place: string, packages: Packages): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = packages[place] ?? {};
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).flatMap((name) => {
    for (let from = place; ; from = from.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
      const candidate = path.posix.join(from, 'node_modules', name);
      if (packages[candidate]) return [candidate];
      if (from === '') return [];
    }
  });
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
