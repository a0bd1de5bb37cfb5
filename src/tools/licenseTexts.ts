import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import licenseList from 'spdx-license-list/full.js';
import satisfies from 'spdx-satisfies';
import { UserError } from '../userError.ts';
import type { ShippedPackage } from './shippedPackages.ts';

/** Licenses that ask for nothing but that they, and the copyright, are passed on. */
const allowed: readonly string[] = [
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
];

/** Licenses in words of their own, which were read: those of NIST and of the HDF Group ask for no more than the others. */
const ownWords = /^h5wasm$/;

/** The packages with libvips, a library that users can replace, as the LGPL asks of us. */
export const libvips = /^@img\/sharp-(?:(?:libvips|win32)-|wasm32$)/;

/** Who has the copyright of the packages that come without a license text: they get that of the license that they name. */
const holders: readonly { readonly name: RegExp; readonly copyright: string }[] = [
  { name: /^@tensorflow\/tfjs-(?:core|backend-(?:cpu|wasm))$/, copyright: 'Copyright (c) 2018 Google LLC' },
  {
    name: /^@tensorflow\/tfjs-layers$/,
    copyright:
      'Copyright (c) 2015 - 2018, François Chollet, Google LLC, Microsoft, LLC, and the respective contributors',
  },
  { name: /^onnxruntime-(?:common|node|web)$/, copyright: 'Copyright (c) Microsoft Corporation' },
  { name: /^guid-typescript$/, copyright: 'Copyright (c) Nicolas' },
  { name: /^seedrandom$/, copyright: 'Copyright 2019 David Bau' },
  { name: /^tr46$/, copyright: 'Copyright (c) Sebastian Mayr' },
  { name: libvips, copyright: 'Copyright (c) the authors of libvips and of the libraries below' },
];

/**
 * The license texts of packages.
 * @throws UserError that names every package whose license is not allowed, or that has no license text.
 */
export async function licenseTexts(packages: readonly ShippedPackage[]): Promise<Map<ShippedPackage, string>> {
  const texts = new Map<ShippedPackage, string>();
  const faults: string[] = [];
  for (const one of packages) {
    const { name, version, license, folder } = one;
    // With libvips in it, a package may have the license of its other part alone.
    const text = (libvips.test(name) ? '' : await ownText(folder)) || standardText(one);
    if (!isAllowed(one)) {
      faults.push(
        `${name} ${version} has the license ${license || '(none)'}, which is not on the list in src/tools/licenseTexts.ts. Use another package, or add the license if it asks for no more than the others.`,
      );
    } else if (!text) {
      faults.push(
        `${name} ${version} has no license text in ${folder}. Name its copyright holder in src/tools/licenseTexts.ts.`,
      );
    } else texts.set(one, text);
  }
  if (faults.length > 0) throw new UserError(faults.join('\n'));
  return texts;
}

function isAllowed({ name, license }: ShippedPackage): boolean {
  if (ownWords.test(name)) return license === 'SEE LICENSE IN LICENSE.txt';
  try {
    return satisfies(license, libvips.test(name) ? [...allowed, 'LGPL-3.0-or-later'] : allowed);
  } catch {
    // It is no SPDX expression.
    return false;
  }
}

async function ownText(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /^(?:licen[cs]e|copying|notice)[^/]*$/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
}

function standardText({ name, license }: ShippedPackage): string {
  const holder = holders.find((one) => one.name.test(name));
  if (holder === undefined) return '';
  const texts = license
    .split(/[\s()]+|\bAND\b|\bOR\b/)
    .flatMap((id) => licenseList[id]?.licenseText ?? [])
    // The list has a blank in place of the holder, or the first one.
    .map((text) => text.replace(/^Copyright \(c\) (?:<year>|.*Internet S).*\n+/gm, ''))
    .map((text) => text.replace(/\bISC (?=DISCLAIMS|BE LIABLE)/g, 'THE AUTHOR ').trim());
  return texts.length === 0 ? '' : [holder.copyright, ...texts].join('\n\n');
}
