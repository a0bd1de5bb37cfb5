// Writes what a distribution has to say about the packages in it, into dist: `npm run notices`.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeError } from '../userError.ts';
import { billOfMaterials } from './billOfMaterials.ts';
import { noticesDocument } from './noticesDocument.ts';
import { shippedPackages } from './shippedPackages.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
try {
  const packages = await shippedPackages(root);
  const notices = await noticesDocument(packages);
  const bill = await billOfMaterials(root, packages);
  await writeFile(path.join(root, 'dist', 'THIRD_PARTY_NOTICES'), notices);
  await writeFile(path.join(root, 'dist', 'sbom.json'), `${JSON.stringify(bill, null, 2)}\n`);
  console.log(`Wrote dist/THIRD_PARTY_NOTICES and dist/sbom.json, for ${packages.length} packages.`);
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
