import path from 'node:path';

/**
 * True for a path inside a folder, or that folder itself. Files from elsewhere may only refer to files next to them.
 */
export function isInFolder(file: string, folder: string): boolean {
  const inside = path.relative(folder, file);
  return inside !== '..' && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside);
}
