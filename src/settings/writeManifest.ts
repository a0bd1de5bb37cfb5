// Writes what follows from the catalogue of attacks, the settings in package.json and media/attacks.md: `npm run generate`.
import { readFile, writeFile } from 'node:fs/promises';
import { attacksDocument } from './attacksDocument.ts';
import { updateManifest } from './configuration.ts';

const manifest = new URL('../../package.json', import.meta.url);
await writeFile(manifest, updateManifest(await readFile(manifest, 'utf8')));
await writeFile(new URL('../../media/attacks.md', import.meta.url), attacksDocument());
