import assert from 'node:assert/strict';
import { UserError } from '../../src/userError.ts';

/** Asserts that a promise is rejected with an error for the user, whose message says all that is expected. */
export async function rejectsWith(promise: Promise<unknown>, ...expected: (string | RegExp)[]): Promise<void> {
  await assert.rejects(promise, (error) => isUserErrorWith(error, expected));
}

/** Asserts that a function throws an error for the user, whose message says all that is expected. */
export function throwsWith(run: () => unknown, ...expected: (string | RegExp)[]): void {
  assert.throws(run, (error) => isUserErrorWith(error, expected));
}

function isUserErrorWith(error: unknown, expected: readonly (string | RegExp)[]): true {
  assert.ok(error instanceof UserError, `${error} is no UserError`);
  for (const words of expected) {
    if (typeof words === 'string') assert.ok(error.message.includes(words), `"${error.message}" lacks "${words}"`);
    else assert.match(error.message, words);
  }
  return true;
}
