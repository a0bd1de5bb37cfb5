import { copyFile, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../models/wheels/run.ts';
import { copyFiles } from './copyFiles.ts';
import { copyOwnFiles, ofExtension, ofProgram } from './ownFiles.ts';
import { loadedPackages, shippedPackages } from './shippedPackages.ts';
import { type Target, type TargetName, targets } from './targets.ts';
import { writeNotices } from './writeNotices.ts';

/** Which files of a package are run, and which ones its license asks for. */
const code = /\.(?:[cm]?js|json|node|wasm|dll|dylib)$|\.so(?:\.\d+)*$/;
const legal = /^(?:package\.json|(?:licen[cs]e|copying|notice)[^/]*)$/i;
const aside = /(?:^|\/)(?:tests?|docs|examples?|scripts|bin)\/|\.min\.js$/;

/** Of packages that have the same in many forms: what is loaded. */
const chosen: Readonly<Record<string, (target: Target) => RegExp>> = {
  '@tensorflow/tfjs-core': () => /^dist\/tf-core\.node\.js$/,
  '@tensorflow/tfjs-layers': () => /^dist\/tf-layers\.node\.js$/,
  '@tensorflow/tfjs-backend-cpu': () => /^dist\/tf-backend-cpu\.node\.js$/,
  // Every Node.js that we support has SIMD.
  '@tensorflow/tfjs-backend-wasm': () => /^dist\/(?:tf-backend-wasm\.node\.js|[^/]+-simd\.wasm)$/,
  protobufjs: () => /^(?:index|light|minimal)\.js$|^(?:src|ext|google)\/.+\.js(?:on)?$/,
  yaml: () => /^dist\/.+\.js$/,
  'onnxruntime-node': ({ native, os, cpu }) =>
    // Of two libraries for macOS that are identical, the binding loads this one.
    native
      ? new RegExp(
          `^(?:dist/[^/]+\\.js|bin/napi-v\\d+/${os}/${cpu}/(?!libonnxruntime\\.\\d+\\.\\d+\\.\\d+\\.dylib)[^/]+)$`,
        )
      : /^dist\/[^/]+\.js$/,
  'onnxruntime-web': () => /^dist\/(?:ort\.node\.min\.js|ort-wasm-simd-threaded\.(?:mjs|wasm))$/,
};

/**
 * Puts together what users of a target get, in an empty folder.
 *
 * Packages are those of the lock file, as npm installs them for the target and checks their hashes. They come to lie in
 * `dist`: vsce leaves out a node_modules in the folder itself.
 * @param root the folder of package.json, where the project is built.
 * @throws UserError when the project is not built, or a package can be neither found nor passed on.
 */
export async function stage(root: string, target: TargetName, folder: string): Promise<void> {
  const installed = await mkdtemp(path.join(await realpath(tmpdir()), 'perturb-packages-'));
  try {
    await install(root, targets[target], installed);
    await copyOwnFiles(root, folder, [...ofProgram, ...ofExtension]);
    for (const [place, one] of await loadedPackages(root, installed)) {
      const isNeeded = (file: string) => isLoaded(one.name, file, targets[target]);
      await copyFiles(one.folder, path.join(folder, 'dist', place), isNeeded);
    }
    await writeFile(path.join(folder, 'package.json'), await manifestOf(root));
    await writeNotices(root, folder, await shippedPackages(root, installed));
  } finally {
    await rm(installed, { recursive: true, force: true });
  }
}

async function install(root: string, { os, cpu, libc }: Target, folder: string): Promise<void> {
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
    await copyFile(path.join(root, file), path.join(folder, file));
  }
  const platform = [`--os=${os}`, `--cpu=${cpu}`, ...(libc ? [`--libc=${libc}`] : [])];
  const args = ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', ...platform];
  await run('Installing the packages of the target', 'npm', args, { cwd: folder });
}

/** The manifest without what is for developers only: all that is staged is packaged. */
async function manifestOf(root: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  for (const key of ['scripts', 'devDependencies']) delete manifest[key];
  return JSON.stringify({ ...manifest, files: ['**'] }, null, 2);
}

/** Whether a file of a package is loaded at run time, or has to be passed on with what is. */
function isLoaded(name: string, file: string, target: Target): boolean {
  // Packages in it are gone through by themselves.
  if (file.startsWith('node_modules/')) return false;
  const choice = chosen[name]?.(target);
  return legal.test(file) || (choice ? choice.test(file) : code.test(file) && !aside.test(file));
}
