import { run } from '../models/wheels/run.ts';
import { UserError } from '../userError.ts';
import type { ShippedPackage } from './shippedPackages.ts';

/** What we read and change of a software bill of materials in the format of CycloneDX. */
export interface BillOfMaterials {
  $schema: string;
  specVersion: string;
  metadata: { component: { name: string; 'bom-ref': string } };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

interface Component {
  'bom-ref': string;
  name: string;
  version: string;
  scope?: string;
  properties?: { name: string; value: string }[];
  licenses?: object[];
}

const development = 'cdx:npm:package:development';

/**
 * The software bill of materials, as npm makes it, of the packages that users get. Npm writes CycloneDX 1.5, all of which
 * 1.6 allows, and goes by package.json alone, which does not know what is bundled.
 * @param root the folder of package.json.
 * @throws UserError when npm fails, or does not know a package.
 */
export async function billOfMaterials(root: string, packages: readonly ShippedPackage[]): Promise<BillOfMaterials> {
  // Of what the lock file lists, since users of other platforms get what is not installed here.
  const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  const bill = JSON.parse(await run('Making the bill of materials', 'npm', args, { cwd: root })) as BillOfMaterials;
  const licenses = new Map(packages.map(({ name, version, license }) => [`${name}@${version}`, license]));
  const shipped = new Set(licenses.keys());
  const components = bill.components
    .filter(({ name, version }) => shipped.has(`${name}@${version}`))
    .map((one) => asShipped(one, licenses.get(`${one.name}@${one.version}`) ?? ''));
  const known = new Set(components.map(({ name, version }) => `${name}@${version}`));
  const unknown = [...shipped].filter((one) => !known.has(one));
  if (unknown.length > 0) throw new UserError(`npm does not know of ${unknown.join(', ')}. Run "npm ci".`);
  const { component } = bill.metadata;
  const refs = new Set([component['bom-ref'], ...components.map((one) => one['bom-ref'])]);
  return {
    ...bill,
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    specVersion: '1.6',
    // Npm takes the name of the folder.
    metadata: { ...bill.metadata, component: { ...component, name: 'perturb' } },
    components,
    dependencies: bill.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) })),
  };
}

/** What users get is neither a tool of developers nor left out, whatever package.json and the lock file say. */
function asShipped(component: Component, license: string): Component {
  const properties = component.properties?.filter(({ name }) => name !== development);
  return {
    ...component,
    scope: 'required',
    ...(properties && { properties }),
    // Npm leaves out those in words of their own.
    licenses: component.licenses ?? [{ license: { name: license } }],
  };
}
