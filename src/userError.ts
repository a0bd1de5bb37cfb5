import { incompleteInstallation } from './incompleteInstallation.ts';

/** An error that the user can mend: the message says what happened, where, and what to do next. */
export class UserError extends Error {
  override name = 'UserError';
}

/**
 * The words of an error: a user's error as it stands, what to do where a module is missing, anything else with its stack,
 * since it is ours to mend.
 */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { message, stack = message, code = '' } = error as NodeJS.ErrnoException;
  return incompleteInstallation(`${message}\n${code}`) ?? stack;
}

/** The first line of an error's words: of a library's, the others are mostly for its authors. */
export function firstLineOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
