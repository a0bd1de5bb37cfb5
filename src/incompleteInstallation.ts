import { platformHere } from './platform.ts';

/** How Node.js, sharp, and operating systems say that a module cannot be loaded: its name or path, and why. */
const sayings = [
  /(?<reason>Cannot find (?:package|module) '(?<module>[^']+)')/,
  /(?<reason>Could not load the "(?<module>[^"]+)" module(?: using the \S+ runtime\n(?!Possible)\S+.*)?)/,
  // macOS; Linux; Windows, which names the library on a line of its own.
  /(?<reason>Library not loaded: (?<module>\S+))/,
  /(?<reason>(?<module>[^\s(':]+\.(?:node|so[.\d]*)): .*)(?=[\s\S]*ERR_DLOPEN_FAILED)/,
  /(?<reason>[^\n]+)\n(?<module>\S+\.(?:node|dll))(?=[\s\S]*ERR_DLOPEN_FAILED)/,
];

/**
 * What to tell a user where a module of Perturb's own cannot be loaded; undefined of all other errors.
 * @param text an error with its code, or what a process has printed about it.
 */
export function incompleteInstallation(text: string): string | undefined {
  for (const saying of sayings) {
    const { module, reason } = saying.exec(text)?.groups ?? {};
    if (module === undefined || reason === undefined) continue;
    const name = module.replace(/^.*node_modules[\\/]|^(?:\.\.?\/)+/, '').replaceAll('\\', '/');
    const why = reason.replace(/\s+/g, ' ').trim();
    return `Perturb is not completely installed: ${name} cannot be loaded on ${platformHere()} (${why}). Install Perturb for ${platformHere()} again, or, in a clone of the repository, run "npm ci".`;
  }
  return undefined;
}
