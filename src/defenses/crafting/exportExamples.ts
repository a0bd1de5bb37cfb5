import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeError } from '../../data/fileErrors.ts';
import { levelsOf } from '../../data/grid.ts';
import { type ImageShape, type Pixels, sizeOf } from '../../data/image.ts';
import { writeNpz } from '../../data/npz.ts';
import { claimFolder, clearFolder, type OwnFolder } from '../../data/ownFolder.ts';
import { replaceFile } from '../../data/replaceFile.ts';
import { writePng } from '../../data/writeImage.ts';

/** What is ours in the folder of an export. */
const exported: OwnFolder = {
  holds: 'adversarial examples',
  contents: ['images', 'examples.npz', 'README.md'],
};

/** An adversarial example with its true label, for training elsewhere. */
export interface LabeledExample {
  /** On the 8-bit grid. */
  readonly pixels: Pixels;
  /** Index of the true class. */
  readonly label: number;
  /** Id of the attack that made it. */
  readonly attack: string;
  /** The file of the original image. */
  readonly original: string;
}

/**
 * Writes a set of adversarial examples for training in other software: `images/<class>/<original>-<attack>.png`, the
 * same in `examples.npz`, and a README that says how to load both. An earlier export is replaced.
 * @returns the path of the folder `images`, which can be used as a dataset.
 * @throws UserError when the folder holds anything else, or cannot be written.
 */
export async function exportExamples(
  folder: string,
  examples: readonly LabeledExample[],
  shape: ImageShape,
  classes: readonly string[],
): Promise<string> {
  const images = path.join(folder, 'images');
  const used = new Set<string>();
  const folders = classes.map((name) => path.join(images, unused(fileName(name), used)));
  await claimFolder(folder, exported);
  await clearFolder(folder, exported);
  try {
    for (const label of new Set(examples.map(({ label }) => label))) {
      await mkdir(folders[label] as string, { recursive: true });
    }
  } catch (error) {
    throw writeError(images, error);
  }
  for (const { pixels, label, attack, original } of examples) {
    const stem = `${fileName(path.parse(original).name)}-${attack}`;
    await writePng(`${unused(path.join(folders[label] as string, stem), used)}.png`, pixels, shape);
  }
  const attacks = [...new Set(examples.map(({ attack }) => attack))];
  await writeNpz(path.join(folder, 'examples.npz'), arrays(examples, shape, attacks));
  await replaceFile(path.join(folder, 'README.md'), describe(examples.length, shape, classes, attacks));
  return images;
}

function arrays(examples: readonly LabeledExample[], shape: ImageShape, attacks: readonly string[]) {
  const levels = new Uint8Array(examples.length * sizeOf(shape));
  for (const [i, { pixels }] of examples.entries()) levels.set(levelsOf(pixels), i * sizeOf(shape));
  const { height, width, channels } = shape;
  const count = [examples.length];
  return {
    images: { shape: [examples.length, height, width, channels], data: levels },
    labels: { shape: count, data: Int32Array.from(examples, ({ label }) => label) },
    attacks: { shape: count, data: Int32Array.from(examples, ({ attack }) => attacks.indexOf(attack)) },
  };
}

/** A valid file name: separators and reserved characters become underscores. */
function fileName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Windows takes none in a name.
  return name.replace(/[\u0000-\u001f<>:"/\\|?*]/g, '_').replace(/^\.+$|[. ]+$/g, '_');
}

/** The name, with a number if it is taken: different classes and images may result in the same name. */
function unused(name: string, used: Set<string>): string {
  let found = name;
  // Some file systems ignore letter case.
  for (let count = 2; used.has(found.toLowerCase()); count++) found = `${name}-${count}`;
  used.add(found.toLowerCase());
  return found;
}

function describe(
  count: number,
  { height, width, channels }: ImageShape,
  classes: readonly string[],
  attacks: readonly string[],
): string {
  return `# Correctly labeled adversarial examples

${count} images that a model was fooled by, each with its true class, made by Perturb (attacks: ${attacks.join(', ')}). Train
on them together with the clean images that they were made from.

- \`images/<class>/<original>-<attack>.png\`: 8-bit PNG, lossless. Loads with \`torchvision.datasets.ImageFolder("images")\`
  or \`tf.keras.utils.image_dataset_from_directory("images")\`. **These number the class folders by the alphabet**, and
  classes without examples are missing: map them back by name.
- \`examples.npz\`: \`images\` (uint8, [${count}, ${height}, ${width}, ${channels}], RGB or gray), \`labels\` (int32, index of the class as the model
  counts), \`attacks\` (int32, index into the list below).

\`\`\`python
import numpy as np, torch
data = np.load("examples.npz")
images = torch.from_numpy(data["images"]).permute(0, 3, 1, 2).float() / 255  # in [0, 1]; then the model's normalization
labels = torch.from_numpy(data["labels"]).long()
\`\`\`

Resizing, lossy compression and strong augmentation can undo the perturbations.

| index | attack |
|---|---|
${attacks.map((attack, i) => `| ${i} | ${attack} |`).join('\n')}

| index | class |
|---|---|
${classes.map((name, i) => `| ${i} | ${name.replaceAll('|', '\\|')} |`).join('\n')}
`;
}
