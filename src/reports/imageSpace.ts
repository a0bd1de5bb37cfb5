import path from 'node:path';
import sharp from 'sharp';
import { levelsOf } from '../data/grid.ts';
import type { ImageShape, Pixels } from '../data/image.ts';
import { claimFolder, clearFolder, type OwnFolder } from '../data/ownFolder.ts';
import { replaceFile } from '../data/replaceFile.ts';
import { type ClassRow, type ImageSpace, type Sighting, sureAt } from '../evaluation/imageSpace.ts';
import { formatPercent } from './format.ts';
import { escapeMarkdown } from './markdown.ts';

const pageFile = 'image-space.md';
const pictureFile = 'image-space.png';

const mapFolder: OwnFolder = { holds: 'a map of the space of images', contents: [pageFile, pictureFile] };

/** Width and height of an image in the picture, and the room between them, in pixels. */
const [side, gap] = [96, 8];

/** What the map was made of. */
export interface ImageSpaceNames {
  readonly model: string;
  readonly dataset: string;
  readonly generator?: string;
  readonly classes: readonly string[];
}

/**
 * Writes a map of the space of images: a page, and a picture with a column a class.
 * @returns the path of the page.
 * @throws UserError when the folder holds anything else, or cannot be written.
 */
export async function writeImageSpace(
  folder: string,
  space: ImageSpace,
  names: ImageSpaceNames,
  shape: ImageShape,
): Promise<string> {
  await claimFolder(folder, mapFolder);
  await clearFolder(folder, mapFolder);
  await replaceFile(path.join(folder, pictureFile), await drawColumns(space.rows, shape));
  const page = path.join(folder, pageFile);
  await replaceFile(page, describe(space, names));
  return page;
}

/** A column a class: the real image, the forged one, and what a generator draws. */
async function drawColumns(rows: readonly ClassRow[], shape: ImageShape): Promise<Buffer> {
  const columns = rows.map(({ real, forged, drawn }) => [real, forged.pixels, ...(drawn ? [drawn.pixels] : [])]);
  const images = await Promise.all(
    columns.flatMap((column, x) =>
      column.map(async (pixels, y) => ({
        input: await enlarged(pixels, shape),
        left: x * (side + gap),
        top: y * (side + gap),
      })),
    ),
  );
  const height = Math.max(...columns.map(({ length }) => length)) * (side + gap) - gap;
  const size = { width: columns.length * (side + gap) - gap, height };
  return sharp({ create: { ...size, channels: 4, background: '#0000' } })
    .composite(images)
    .png()
    .toBuffer();
}

function enlarged(pixels: Pixels, { width, height, channels }: ImageShape): Promise<Buffer> {
  return sharp(levelsOf(pixels), { raw: { width, height, channels } })
    .resize(side, side, { kernel: 'nearest', fit: 'fill' })
    .png()
    .toBuffer();
}

function describe({ rows, noise, real }: ImageSpace, { model, dataset, generator, classes }: ImageSpaceNames): string {
  const nameOf = (label: number) => escapeMarkdown(classes[label] ?? String(label));
  const seen = ({ decision, confidence, distance }: Sighting) =>
    `${nameOf(decision)} ${formatPercent(confidence)} | ${inLevels(distance)}`;
  const [head, line] =
    generator === undefined ? ['', ''] : [' drawn: taken for | to the nearest real image |', '---|--:|'];
  const most = noise.byClass.indexOf(Math.max(...noise.byClass));
  const drawn = generator === undefined ? '.' : `, and one that the generator ${escapeMarkdown(generator)} draws.`;
  return `# The space of images, as ${escapeMarkdown(model)} divides it

![a column of images for each class](${pictureFile})

From top to bottom: a real image of each class (from ${escapeMarkdown(dataset)}), an image forged for the class from white noise${drawn}

| class | forged: taken for | to the nearest real image |${head}
|---|---|--:|${line}
${rows
  .map(({ label, forged, drawn: sample }) => {
    const own = sample ? ` ${seen(sample)} |` : '';
    return `| ${nameOf(label)} | ${seen(forged)} |${own}`;
  })
  .join('\n')}

- **White noise**: of ${noise.images.toLocaleString('en-US')} images, the model takes ${noise.sure} (${formatPercent(noise.sure / noise.images)}) for a class with more than ${formatPercent(sureAt)} confidence${noise.sure > 0 ? `, most of them (${noise.byClass[most]}) for ${nameOf(most)}` : ''}.
- **Distances** are root mean squares of the differences, in gray levels of 255. White noise is ${inLevels(noise.distance)} from the nearest of ${real.images} real images${real.distance === undefined ? '' : `, and a real image ${inLevels(real.distance)} from the nearest other one`} (medians).

A model divides the whole space of images among its classes, and real images are a small part of it. What it answers everywhere else was never tested.
`;
}

function inLevels(distance: number): string {
  return (255 * distance).toFixed(1);
}
