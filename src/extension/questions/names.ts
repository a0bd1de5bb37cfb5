import path from 'node:path';

/** A path as written in settings: relative to their folder if it is inside, "." for that folder itself. */
export function shorten(file: string, folder: string): string {
  const relative = path.relative(folder, file);
  if (relative === '') return '.';
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative.split(path.sep).join('/');
}

/** An unused name: the wanted one, or that with a number. */
export function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let count = 2; taken.includes(name); count++) name = `${wanted} (${count})`;
  return name;
}
