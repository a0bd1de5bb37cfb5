import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../models/wheels/run.ts';
import { copyOwnFiles, ofProgram } from './ownFiles.ts';
import type { Packaged } from './packageExtension.ts';
import { bundledPackages } from './shippedPackages.ts';
import { writeNotices } from './writeNotices.ts';

/** What the manifest has of the project's. */
const kept = ['name', 'version', 'description', 'keywords', 'license', 'repository', 'type', 'bin'] as const;

interface Manifest extends Readonly<Record<(typeof kept)[number], unknown>> {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Packages the command line for npm, as `perturb-VERSION.tgz`: one package for all machines, since npm installs what the
 * machine at hand needs.
 * @param root the folder of package.json, where the project is built.
 * @param into the folder that is written to.
 * @throws UserError when it cannot be put together.
 */
export async function packageCommandLine(root: string, into: string): Promise<Packaged> {
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Manifest;
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'perturb-stage-'));
  try {
    await copyOwnFiles(root, folder, ofProgram);
    await writeFile(path.join(folder, 'package.json'), JSON.stringify(await manifestFor(root, manifest), null, 2));
    await writeNotices(root, folder, await bundledPackages(root, ['cli.js', 'engine.js', 'onnxThread.js']));
    await mkdir(into, { recursive: true });
    await run('Packing', 'npm', ['pack', '--ignore-scripts', '--pack-destination', into], { cwd: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const file = path.join(into, `perturb-${manifest.version}.tgz`);
  return { file, size: (await stat(file)).size / 1e6 };
}

/** The manifest of the package: it asks for the versions that are tested, since models are computed with them. */
async function manifestFor(root: string, manifest: Manifest): Promise<object> {
  const lock = await readFile(path.join(root, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock) as { packages: Record<string, { version: string }> };
  const versions = Object.keys(manifest.dependencies).map((name) => [name, packages[`node_modules/${name}`]?.version]);
  // There are machines that it has no build for, and its install script may fail; then WebAssembly is used.
  const isOptional = ([name]: (typeof versions)[number]) => name === 'onnxruntime-node';
  return {
    ...Object.fromEntries(kept.map((key) => [key, manifest[key]])),
    engines: { node: manifest.engines.node },
    files: ['**'],
    dependencies: Object.fromEntries(versions.filter((one) => !isOptional(one))),
    optionalDependencies: Object.fromEntries(versions.filter(isOptional)),
  };
}
