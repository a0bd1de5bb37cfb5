import { AssertionError } from 'node:assert/strict';

/** Named assertions about one subject, applied to the real thing by its tests and to its mutants by theirs. */
export type Checks<T> = Readonly<Record<string, (subject: T) => void | Promise<void>>>;

/** Makes a test of every check. */
export function itPasses<T>(checks: Checks<T>, subject: T): void {
  for (const [name, check] of Object.entries(checks)) it(name, async () => check(subject));
}

/**
 * The name of the first check that a subject fails, if any.
 * @throws whatever a check throws that is no failed assertion: a mutant that crashes proves nothing about the check.
 */
export async function firstFailure<T>(checks: Checks<T>, subject: T): Promise<string | undefined> {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(subject);
    } catch (error) {
      // fast-check wraps what a property throws.
      const assertion = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      if (!(assertion instanceof AssertionError)) throw error;
      return name;
    }
  }
  return undefined;
}
