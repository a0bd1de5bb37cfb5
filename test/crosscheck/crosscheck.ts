// `npm run crosscheck`: attacks of Foolbox, torchattacks and ART on the same weights and images as ours, side by side.
//   NAME...   peers' attacks whose name begins with one of these run anew; all, where none is named
//   --ours    leaves the peers' results as they are, so that no Python is needed
// Writes the folder peers and results.md.

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { provision, root } from '../verify/python.ts';
import { cases, type Tolerance } from './cases.ts';
import { difference, ours, type Strength, theirs } from './compare.ts';
import { openDigits } from './digits.ts';
import { keyOf, type PeerResult, readPeers } from './peers.ts';
import { remarkOn } from './remarks.ts';

const packages = path.join(root, '.cache', 'crosscheck');
const python = path.join(
  root,
  '.cache',
  'torch',
  ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
);

function run(program: string, args: readonly string[]): void {
  const env = { ...process.env, PYTHONPATH: packages };
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', env });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`, { cause: error });
}

function runPeers(names: readonly string[]): void {
  provision();
  if (!existsSync(packages)) {
    const requirements = path.join(import.meta.dirname, 'requirements.txt');
    try {
      run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', packages, '-r', requirements]);
    } catch (error) {
      // Half of it would be taken for the whole next time.
      rmSync(packages, { recursive: true, force: true });
      throw error;
    }
  }
  run(python, ['-B', path.join(import.meta.dirname, 'peers.py'), ...names]);
  const biome = path.join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  run(process.execPath, [biome, 'format', '--write', path.join(import.meta.dirname, 'peers')]);
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}

function row(attack: string, tolerance: Tolerance | undefined, peer: PeerResult, own: Strength): string {
  const other = theirs(peer);
  const distance = ({ distance = Infinity }: Strength) => (Number.isFinite(distance) ? distance.toPrecision(3) : '–');
  const goal = peer.targeted ? ', targeted' : '';
  const cells = [
    `${attack}${goal}`,
    peer.norm,
    peer.epsilon ?? '',
    peer.queries?.toLocaleString('en-US') ?? '',
    peer.library,
    `\`${peer.call}\``,
    percent(other.success),
    percent(own.success),
    ...(peer.epsilon === undefined ? [distance(other), distance(own)] : ['', '']),
    difference(own, other, tolerance) ? (remarkOn(attack, peer)?.why ?? 'UNEXPLAINED') : '',
  ];
  return `| ${cells.join(' | ')} |`;
}

async function table(): Promise<string[]> {
  const classifier = await openDigits();
  const titles = [
    'attack',
    'norm',
    'ε',
    'queries',
    'peer',
    'its call',
    'success, theirs',
    'ours',
    'distance, theirs',
    'ours',
    'why',
  ];
  const lines = [`| ${titles.join(' | ')} |`, `|${'---|'.repeat(titles.length)}`];
  for (const [attack, one] of Object.entries(cases)) {
    const own = new Map<string, Strength>();
    for (const peer of readPeers().get(attack) ?? []) {
      const key = keyOf(peer);
      const strength = own.get(key) ?? (await ours(classifier, one, peer));
      own.set(key, strength);
      const line = row(attack, one.tolerance, peer, strength);
      console.log(line);
      lines.push(line);
    }
  }
  return lines;
}

const { values: options, positionals } = parseArgs({
  options: { ours: { type: 'boolean' } },
  allowPositionals: true,
});
if (!options.ours) runPeers(positionals);
const lines = await table();
const versions = new Map([...readPeers().values()].flat().map(({ library, version }) => [library, version]));
const text = [
  '# Our attacks and those of other libraries',
  'Written by `npm run crosscheck`.',
  `${[...versions].map(([library, version]) => `${library} ${version}`).join(', ')} on PyTorch, ours on ONNX Runtime: the same weights and the same 200 images (\`train.py\`), the same budget, steps and step sizes, off the 8-bit grid. Success is the network’s answer in float32 to the pixels that came out. Distances are medians over all images, failures being infinitely far, and in l0 means, whose steps are finer. Of peers that start at random points, it is the run with the median success of five. Ours must succeed on no fewer images than a peer but for one point, and be no farther than 1.02 times, random searches two points and 1.05 times; every difference beyond that, either way, has its reason in the last column.`,
  'Ours counts every point that it asks the network about, not only the last: that makes up to one point in a fixed budget.',
  lines.join('\n'),
];
await writeFile(path.join(import.meta.dirname, 'results.md'), `${text.join('\n\n')}\n`);
