import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { imageExtensions, isSideFolder } from './formats/imageFormats.ts';

/** A folder that could be a dataset. */
export interface ImageFolder {
  /** Absolute. */
  readonly path: string;
  readonly images: number;
  /** How many folders directly in it have images, if these are in such folders; 0 for images without labels. */
  readonly classes: number;
}

/** How many folders are looked into, so that a home folder does not take minutes. */
const mostFolders = 2000;

/**
 * Finds folders of images at or below a folder, by the names of their files alone: first those with class folders, then
 * those with the most images. A folder with images in at least two of its folders is taken for one with class folders.
 * Hidden folders, and those of packages, are left out, as are folders that cannot be read.
 */
export async function findImageFolders(root: string): Promise<ImageFolder[]> {
  const counts = await countImages(root);
  const children = new Map<string, string[]>();
  for (const folder of counts.keys()) {
    const parent = path.dirname(folder);
    if (folder !== root) children.set(parent, [...(children.get(parent) ?? []), folder]);
  }
  const sum = (folders: readonly string[]) => folders.reduce((total, folder) => total + (counts.get(folder) ?? 0), 0);
  const labeled = [...children]
    .filter(([, folders]) => folders.length > 1)
    .map(([parent, folders]) => ({ path: parent, images: sum(folders), classes: folders.length }));
  const isClass = new Set(labeled.flatMap((each) => children.get(each.path) ?? []));
  const loose = [...counts]
    .filter(([folder]) => !isClass.has(folder))
    .map(([folder, images]) => ({ path: folder, images, classes: 0 }));
  const byImages = (a: ImageFolder, b: ImageFolder) => b.images - a.images || (a.path < b.path ? -1 : 1);
  return [...labeled.sort(byImages), ...loose.sort(byImages)];
}

/** The number of images directly in each folder that has any, level by level. */
async function countImages(root: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const waiting = [root];
  for (let looked = 0; looked < mostFolders; looked++) {
    const folder = waiting.shift();
    if (folder === undefined) break;
    const items = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
    const images = items.filter((item) => !item.isDirectory() && isImage(item.name)).length;
    if (images > 0) counts.set(folder, images);
    for (const item of items) {
      const isPassed = item.name === 'node_modules' || isSideFolder(item.name);
      if (item.isDirectory() && !isPassed) waiting.push(path.join(folder, item.name));
    }
  }
  return counts;
}

function isImage(name: string): boolean {
  return !name.startsWith('.') && imageExtensions.includes(path.extname(name).toLowerCase());
}
