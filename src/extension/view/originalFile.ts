import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ExampleReport } from '../../reports/report.ts';
import { UserError } from '../../userError.ts';

/**
 * The file that an example was read from. A report may come from anyone: only a file of which it knows the content is
 * handed out.
 * @throws UserError when it is gone or has changed since the run.
 */
export async function readOriginalFile({ image, sha256 }: ExampleReport): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(image).catch(() => {
    throw new UserError(vscode.l10n.t('{0} cannot be read.', image));
  });
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new UserError(vscode.l10n.t('{0} has changed since the run.', image));
  }
  return new Uint8Array(bytes);
}
