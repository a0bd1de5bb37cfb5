import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { billOfMaterials } from './billOfMaterials.ts';
import { noticesDocument } from './noticesDocument.ts';
import { shippedPackages } from './shippedPackages.ts';

/**
 * Writes what a distribution has to say about the packages in it: `THIRD_PARTY_NOTICES` and `sbom.json`.
 * @param root the folder of package.json.
 * @param into the folder that is written to.
 * @param installed the folder whose node_modules users get.
 * @returns the number of packages.
 * @throws UserError when the project is not built, or a package may not be passed on.
 */
export async function writeNotices(root: string, into: string, installed = root): Promise<number> {
  const packages = await shippedPackages(root, installed);
  const notices = await noticesDocument(packages);
  const bill = await billOfMaterials(root, packages);
  await writeFile(path.join(into, 'THIRD_PARTY_NOTICES'), notices);
  await writeFile(path.join(into, 'sbom.json'), `${JSON.stringify(bill, null, 2)}\n`);
  return packages.length;
}
