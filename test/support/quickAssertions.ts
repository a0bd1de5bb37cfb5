// Without a message, a failing assert.ok reads one out of its source, which takes minutes where a loader has translated that.
// Mutants fail many of them, and the line stands in the stack anyway.
import assert from 'node:assert/strict';

const { ok } = assert;

assert.ok = (value: unknown, message: string | Error = 'what was asserted does not hold') => ok(value, message);
