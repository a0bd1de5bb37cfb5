import path from 'node:path';

/**
 * A file as build servers name it: relative to the folder that a command runs in, which on them is the checkout, with
 * slashes; a file elsewhere keeps its whole path.
 */
export function sourceFile(file: string, folder = process.cwd()): string {
  const relative = path.relative(folder, file);
  const isInside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return (isInside ? relative : file).replaceAll('\\', '/');
}
