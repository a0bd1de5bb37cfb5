import { writeFile } from 'node:fs/promises';
import { attacksDocument } from '../../src/settings/attacksDocument.ts';
await writeFile(new URL('../../media/attacks.md', import.meta.url), attacksDocument());
