import { UserError } from '../userError.ts';

/** What a file system's error codes mean when reading a file, and what the user can do. */
const whyNotRead: Record<string, string> = {
  ENOENT: 'it does not exist. Check the path.',
  ENOTDIR: 'a part of its path is a file, not a folder. Check the path.',
  EISDIR: 'it is a folder. Name a file.',
  EACCES: 'permission is denied. Give yourself the right to read it.',
  EPERM: 'permission is denied. Give yourself the right to read it.',
  EMFILE: 'too many files are open. Close other programs, or raise the limit (ulimit -n).',
  ENAMETOOLONG: 'its name is too long. Use a shorter path.',
};

/** The same when a file is written. */
const whyNotWritten: Record<string, string> = {
  ENOENT: 'its folder does not exist. Create the folder, or choose another one.',
  ENOTDIR: 'a part of its path is a file, not a folder. Choose another folder.',
  EISDIR: 'a folder with that name already exists. Remove it, or choose another name.',
  EEXIST: 'a file with that name already exists. Choose another folder.',
  EACCES: 'permission is denied. Give yourself the right to write there, or choose another folder.',
  EPERM: 'permission is denied. Give yourself the right to write there, or choose another folder.',
  EROFS: 'the file system is read-only. Choose a folder on another one.',
  ENOSPC: 'the disk is full. Free some space, or choose a folder on another disk.',
  EDQUOT: 'your disk quota is used up. Free some space, or choose a folder on another disk.',
  EMFILE: 'too many files are open. Close other programs, or raise the limit (ulimit -n).',
  ENAMETOOLONG: 'its name is too long. Use a shorter path.',
};

function explain(what: string, error: unknown, reasons: Record<string, string>): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined) return error;
  const reason = reasons[code] ?? `${(error as Error).message}. Check the disk and the path.`;
  return new UserError(`Cannot ${what}: ${reason}`, { cause: error });
}

/** The UserError to throw when the file system refuses to read `file`; any other error is returned as is. */
export function readError(file: string, error: unknown): unknown {
  return explain(`read ${file}`, error, whyNotRead);
}

/** The UserError to throw when the file system refuses to write `file`; any other error is returned as is. */
export function writeError(file: string, error: unknown): unknown {
  return explain(`write ${file}`, error, whyNotWritten);
}
