#!/usr/bin/env node
import { readError } from '../data/fileErrors.ts';
import { describeError } from '../userError.ts';

// What the program is made of is loaded here, so that it can be said why it could not be.
try {
  await import('./program.ts');
} catch (error) {
  console.error(`Perturb could not start. ${describeError(readError('its own files', error))}`);
  // Something could not run: 1 is for tests that fail.
  process.exitCode = 2;
}
