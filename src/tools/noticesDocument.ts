import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { libvips, licenseTexts } from './licenseTexts.ts';
import type { ShippedPackage } from './shippedPackages.ts';

const introduction = `Third-party notices

Perturb is under the MIT license. Users get it together with these packages, each under the license that follows its name.`;

const libraries = `This package has libvips and the libraries that it is made of, under the GNU Lesser General Public License, version 3 or
later. Their source, and how they are built, is at https://github.com/lovell/sharp-libvips and
https://github.com/libvips/libvips. Perturb does not change them.`;

const dynamic = `They are linked dynamically: sharp loads the shared library
in the folder "lib" of this package, and you may put a version of your own in its place.`;

const together = `They are one file with the code of sharp, in the folder "lib" of this
package. The source of sharp, and how it is built with a version of your own, is at https://github.com/lovell/sharp; you may
put the result in its place.`;

/** What the license of libvips asks us to say. */
const linked = (name: string) => `${libraries} ${name.endsWith('wasm32') ? together : dynamic}`;

const line = '='.repeat(80);

/**
 * The text of `THIRD_PARTY_NOTICES`: every package with its version, license and license text.
 * @throws UserError that names every package whose license is not allowed, or that has no license text.
 */
export async function noticesDocument(packages: readonly ShippedPackage[]): Promise<string> {
  const texts = await licenseTexts(packages);
  const parts = await Promise.all(
    [...texts].map(async ([one, text]) => {
      const { name, version, license, source } = one;
      const facts = [`${name} ${version}`, `License: ${license}`, ...(source ? [`Source: ${source}`] : [])].join('\n');
      return [facts, ...(libvips.test(name) ? [linked(name), await librariesIn(one)] : []), text].join('\n\n');
    }),
  );
  return `${[introduction, ...parts].join(`\n\n${line}\n\n`)}\n`;
}

/** The package's own list of the libraries in it, and of their licenses. */
async function librariesIn({ folder }: ShippedPackage): Promise<string> {
  const text = await readFile(path.join(folder, 'README.md'), 'utf8');
  return text.slice(Math.max(0, text.indexOf('## Licensing'))).trim();
}
