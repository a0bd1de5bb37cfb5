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

/** What packages need for their install scripts, their types, or forms of them that are not loaded. */
const unloaded = [
  /^onnxruntime-node (?!onnxruntime-common$)/,
  /^onnxruntime-web (?!onnxruntime-common$)/,
  /^\S+ (?:@types\/|@webgpu\/types$)/,
];

/**
 * The packages that users of the extension get, by name: those that are loaded, and those that are bundled.
 * @param root the folder of package.json, where the project is built.
 * @param installed the folder whose node_modules users get; by default that of the project, which is for this platform.
 * @throws UserError when the project is not built, or a package is not installed.
 */
export async function shippedPackages(root: string, installed = root): Promise<ShippedPackage[]> {
  return byName([...(await loadedPackages(root, installed)).values(), ...(await bundledPackages(root))]);
}

/**
 * The packages whose code is in what is built, by name.
 * @param root the folder of package.json; its `dist/inputs.json` lists the files that each build is made of.
 * @param builds which of them count, such as "cli.js"; all by default.
 * @throws UserError when the project is not built, or a package is not installed.
 */
export async function bundledPackages(root: string, builds?: readonly string[]): Promise<ShippedPackage[]> {
  const inputs = path.join(root, 'dist', 'inputs.json');
  const all = await readJson<Record<string, string[]>>(inputs, 'Run "npm run build".');
  const files = Object.entries(all).flatMap(([build, files]) => (builds?.includes(build) === false ? [] : files));
  const places = new Set(files.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  return byName(await Promise.all([...places].map((place) => packageIn(path.join(root, place)))));
}

/** In the order of their names; one version may be installed in several places, and is listed once. */
function byName(packages: readonly ShippedPackage[]): ShippedPackage[] {
  const key = ({ name, version }: ShippedPackage) => `${name}@${version}`;
  const byKey = new Map(packages.map((one) => [key(one), one]));
  return [...byKey.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/**
 * The packages that are loaded at run time, by their place, such as `node_modules/sharp`.
 * @param root the folder of package.json.
 * @param installed the folder whose node_modules has them.
 * @throws UserError when one is not installed.
 */
export async function loadedPackages(root: string, installed: string): Promise<Map<string, ShippedPackage>> {
  const lock = path.join(root, 'package-lock.json');
  const { packages } = await readJson<{ packages: Packages }>(lock, 'It belongs to the project.');
  const found = new Map<string, ShippedPackage>();
  const waiting = needsOf('', packages);
  // It grows while it is gone through.
  for (const place of waiting) {
    if (found.has(place)) continue;
    const one = await packageIn(path.join(installed, place)).catch((error) => {
      // What is made for other platforms is not installed.
      if (packages[place]?.optional) return undefined;
      throw error;
    });
    if (one === undefined) continue;
    found.set(place, one);
    waiting.push(...needsOf(place, packages));
  }
  return found;
}

/** Where the packages are that a package needs, found as Node.js finds them: in the nearest folder. */
function needsOf(place: string, packages: Packages): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = packages[place] ?? {};
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  const self = place.replace(/^.*node_modules\//, '');
  const loaded = names.filter((name) => !unloaded.some((pattern) => pattern.test(`${self} ${name}`)));
  return loaded.flatMap((name) => {
    for (let from = place; ; from = from.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
      const candidate = path.posix.join(from, 'node_modules', name);
      if (packages[candidate]) return [candidate];
      if (from === '') return [];
    }
  });
}

async function packageIn(folder: string): Promise<ShippedPackage> {
  const file = path.join(folder, 'package.json');
  const { name, version, license, homepage, repository } = await readJson<Manifest>(file, 'Run "npm ci".');
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
