import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { billOfMaterials } from './billOfMaterials.ts';
import { noticesDocument } from './noticesDocument.ts';
import type { ShippedPackage } from './shippedPackages.ts';

/**
 * Writes what a distribution has to say about the packages in it: `THIRD_PARTY_NOTICES` and `sbom.json`.
 * @param root the folder of package.json.
 * @param into the folder that is written to.
 * @param packages those that are in it.
 * @throws UserError when a package may not be passed on.
 */
export async function writeNotices(root: string, into: string, packages: readonly ShippedPackage[]): Promise<void> {
  const notices = await noticesDocument(packages);
  const bill = await billOfMaterials(root, packages);
  await writeFile(path.join(into, 'THIRD_PARTY_NOTICES'), notices);
  await writeFile(path.join(into, 'sbom.json'), `${JSON.stringify(bill, null, 2)}\n`);
}
