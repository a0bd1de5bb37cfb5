import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readLabels } from '../../../../src/data/readLabels.ts';
import type { Format } from '../format.ts';

const contents: Readonly<Record<string, string>> = {
  'labels.txt': 'stop\nyield\nno entry\nspeed limit 60\n',
  'numbered.txt': '0 stop\n1 yield\n2 no entry\n',
  'columns.txt': 'name,index\r\n"stop",0\r\n"yield",1\r\n',
  'names.json': '["stop", "yield", "no entry"]',
  'indexed.json': '{"0": ["n01", "stop"], "1": ["n02", "yield"]}',
  'metadata.json': '{"labels": ["stop", "yield"], "imageSize": 224}',
};

/** Class names, one a line or as JSON. */
export const labels: Format = {
  intact: async () => Object.entries(contents).map(([name, text]) => ({ [name]: Buffer.from(text) })),
  async open(at) {
    for (const name of await readdir(at)) await readLabels(path.join(at, name));
  },
};
