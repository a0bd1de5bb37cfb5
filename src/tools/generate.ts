// Writes what follows from the catalogs: the settings in package.json, and pages in media, and the icon from its drawing:
// `npm run generate`.
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { updateManifest } from '../settings/configuration.ts';
import { attacksDocument } from './attacksDocument.ts';
import { defensesDocument } from './defensesDocument.ts';

const manifest = new URL('../../package.json', import.meta.url);
await writeFile(manifest, updateManifest(await readFile(manifest, 'utf8')));
await writeFile(new URL('../../media/attacks.md', import.meta.url), attacksDocument());
await writeFile(new URL('../../media/defenses.md', import.meta.url), defensesDocument());

// The Marketplace wants pixels.
const icon = await readFile(new URL('../../media/icon.svg', import.meta.url));
await writeFile(new URL('../../media/icon.png', import.meta.url), await sharp(icon).resize(128, 128).png().toBuffer());
