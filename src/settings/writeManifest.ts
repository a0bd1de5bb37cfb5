// Writes the settings into package.json: `npm run generate`.
import { readFile, writeFile } from 'node:fs/promises';
import { updateManifest } from './configuration.ts';

const manifest = new URL('../../package.json', import.meta.url);
await writeFile(manifest, updateManifest(await readFile(manifest, 'utf8')));
