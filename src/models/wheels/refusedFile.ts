import { UserError } from '../../userError.ts';

/** A file that came is another than the one expected: it is removed, and nothing is tried in its place. */
export class RefusedFile extends UserError {
  override name = 'RefusedFile';
}

/** How pip and npm say which hash was expected, and which one came. */
const refusals = [/Expected sha256 (\w+)\s+Got\s+(\w+)/, /wanted (sha\d+-\S+) but got (sha\d+-[^\s.]+)/];

/**
 * Rethrows an error; one by which pip or npm refuses a file says what that means and what to do.
 * @param nameOf the file with an expected hash, in words.
 * @param remedy what to do where trying again does not help, as a clause.
 * @throws RefusedFile when a hash differs; otherwise the error as it is.
 */
export function rethrowRefusal(error: unknown, nameOf: (expected: string) => string, remedy: string): never {
  const words = error instanceof UserError ? error.message : '';
  const [, expected, came] = refusals.map((pattern) => pattern.exec(words)).find((match) => match !== null) ?? [];
  if (expected === undefined || came === undefined) throw error;
  throw new RefusedFile(
    `${nameOf(expected)} was refused and removed, since it is not the file that Perturb knows: its hash should be ${expected} and is ${came}. It was damaged on its way, or changed. Try again; if that does not help, ${remedy}.`,
    { cause: error },
  );
}
