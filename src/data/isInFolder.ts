import path from 'node:path';

/**
 * True for a path that leads into a folder, or is that folder. Files that came from elsewhere name no others than those
 * beside them.
 */
export function isInFolder(file: string, folder: string): boolean {
  const inside = path.relative(folder, file);
  return inside !== '..' && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside);
}
