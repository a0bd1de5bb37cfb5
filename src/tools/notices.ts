// Writes what a distribution has to say about the packages in it, into dist: `npm run notices`.
import path from 'node:path';
import { describeError } from '../userError.ts';
import { shippedPackages } from './shippedPackages.ts';
import { writeNotices } from './writeNotices.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
try {
  const packages = await shippedPackages(root);
  await writeNotices(root, path.join(root, 'dist'), packages);
  console.log(`Wrote dist/THIRD_PARTY_NOTICES and dist/sbom.json, for ${packages.length} packages.`);
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
