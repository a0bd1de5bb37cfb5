import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { copyFiles } from './copyFiles.ts';

/** Which files of the project's folders users get, with every package; all others stay behind. */
export const ofProgram: readonly RegExp[] = [
  /^dist\/(?:(?:cli|engine|onnxThread|report)\.js|report\.css|(?:cli|engine)\/[^/]+\.js)$/,
  /^media\/audit\/[^/]+\.md$/,
  /^media\/(?:demo|demos\/[^/]+)\/(?:README\.md|\.vscode\/.+|data\/.+|models\/.+|detectors\/.+)$/,
];

/** Those that only the extension has. */
export const ofExtension: readonly RegExp[] = [
  /^dist\/(?:(?:extension|webview|training)\.js|(?:webview|training)\.css|extension\/[^/]+\.js)$/,
  /^media\/(?:icon\.png|icon-(?:light|dark)\.svg|walkthrough\/[^/]+\.svg|l10n\/[^/]+\.json)$/,
];

/**
 * Copies what users get of the project's folders, and its README, changelog, and license.
 * @param root the folder of package.json.
 * @param patterns of the files, as paths in the project with slashes.
 */
export async function copyOwnFiles(root: string, folder: string, patterns: readonly RegExp[]): Promise<void> {
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) {
    await copyFile(path.join(root, file), path.join(folder, file));
  }
  for (const part of ['dist', 'media']) {
    const isOwn = (file: string) => patterns.some((pattern) => pattern.test(`${part}/${file}`));
    await copyFiles(path.join(root, part), path.join(folder, part), isOwn);
  }
}
