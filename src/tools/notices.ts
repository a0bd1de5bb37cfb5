// Writes what a distribution has to say about the packages in it, into dist: `npm run notices`.
import path from 'node:path';
import { describeError } from '../userError.ts';
import { writeNotices } from './writeNotices.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
try {
  const count = await writeNotices(root, path.join(root, 'dist'));
  console.log(`Wrote dist/THIRD_PARTY_NOTICES and dist/sbom.json, for ${count} packages.`);
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
