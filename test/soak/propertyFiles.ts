import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const test = path.resolve(import.meta.dirname, '..');

/** Test files that try properties, whether they import fast-check themselves or by way of others; absolute paths. */
export function propertyFiles(): string[] {
  return ['unit', 'webview/unit']
    .flatMap((folder) => readdirSync(path.join(test, folder), { recursive: true }).map((name) => `${folder}/${name}`))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(test, name))
    .filter(triesProperties)
    .sort();
}

function triesProperties(file: string): boolean {
  const found = new Set([file]);
  for (const one of found) {
    const source = readFileSync(one, 'utf8');
    if (source.includes("from 'fast-check'")) return true;
    for (const [, imported = ''] of source.matchAll(/from '(\.[^']+)'/g)) {
      const target = path.resolve(path.dirname(one), imported);
      if (target.startsWith(test)) found.add(target);
    }
  }
  return false;
}
