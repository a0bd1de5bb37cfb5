import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { readImage } from '../../../../src/data/readImage.ts';
import type { Format } from '../format.ts';

const folder = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'images');
const notImages = /\.(py|json)$/;

/** Images of every format that is read. */
export const image: Format = {
  async intact() {
    const names = (await readdir(folder)).filter((name) => !notImages.test(name)).sort();
    const files = await Promise.all(names.map((name) => readFile(path.join(folder, name))));
    const color = sharp(path.join(folder, 'color.png'));
    const others = [
      color.clone().jpeg(),
      color.clone().jpeg({ progressive: true }).withMetadata({ orientation: 6 }),
      color.clone().avif(),
      color.clone().tiff(),
      color.clone().toColourspace('rgb16').png(),
    ];
    return [...files, ...(await Promise.all(others.map((other) => other.toBuffer())))].map((bytes) => ({
      image: bytes,
    }));
  },
  async open(at) {
    await readImage(path.join(at, 'image'), { height: 6, width: 5, channels: 3 });
  },
};
