import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cache } from './domains.ts';
import { keyOf } from './keyOf.ts';
import type { Row } from './results.ts';
import type { RowPlan } from './rows.ts';

function fileOf({ id, inputs }: RowPlan): string {
  return path.join(cache, 'rows', `${id.replaceAll('/', '-')}-${keyOf(inputs)}.json`);
}

/** A row that was measured before with the same inputs. */
export function cachedRow(plan: RowPlan): Row | undefined {
  const file = fileOf(plan);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

export async function keepRow(plan: RowPlan, row: Row): Promise<void> {
  const file = fileOf(plan);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.partial`, JSON.stringify(row));
  await rename(`${file}.partial`, file);
}
