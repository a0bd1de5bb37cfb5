import path from 'node:path';
import { listExamples } from '../../../../src/data/loadExamples.ts';
import type { Format } from '../format.ts';

const images = ['stop/00.png', 'stop/01.png', 'yield/02.png'];
const contents = [
  `file,label\n${images.map((image) => `${image},${path.dirname(image)}`).join('\n')}\n`,
  'Width;Height;Roi.X1;ClassId;Path\n32;32;0;0;stop/00.png\n32;30;1;1;yield/02.png\n',
  'id\tlabel\n00\tstop\n"01"\t"stop"\n02\tyield\n',
  'stop/00.png stop\nstop/01.png stop\nyield/02.png yield\n',
];

/** Tables of images and their labels. */
export const table: Format = {
  intact: async () =>
    contents.map((text) => ({
      'labels.csv': Buffer.from(text),
      ...Object.fromEntries(images.map((image) => [path.join('images', image), Buffer.from('image')])),
    })),
  mutable: /\.csv$/,
  async open(at) {
    const labels = { csv: path.join(at, 'labels.csv') };
    const dataset = { name: 'street', path: path.join(at, 'images'), labels, limit: 2 };
    await listExamples({ dataset, classNames: ['stop', 'yield'], seed: 1 });
  },
};
