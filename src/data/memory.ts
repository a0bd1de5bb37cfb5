import { totalmem } from 'node:os';
import { UserError } from '../userError.ts';

/** Default memory limit of a model in bytes: a quarter of the machine's memory. */
export function defaultMemory(): number {
  return totalmem() / 4;
}

let memory = defaultMemory();

/** Sets the memory that models may use in this process, in bytes: what is read for them follows it. */
export function limitReading(bytes = defaultMemory()): void {
  memory = bytes;
}

/** Node.js reads no more of a file at once. */
const mostAtOnce = 2 ** 31 - 1;

/** Bytes that one file may take, as it is and unpacked: half of the memory, as what is made of it has to fit beside it. */
export function mostOfFile(): number {
  return Math.min(memory / 2, mostAtOnce);
}

/** What to do about too little memory. */
export const moreMemory = 'If there is more memory, raise perturb.engine.memory (or PERTURB_MEMORY, in bytes).';

/**
 * Something that needs more memory than it may use. A model does not fall back to another engine: a limit must not change
 * results.
 */
export class TooLittleMemory extends UserError {
  /** @param what needs this many bytes, as the start of a sentence; @param budget the memory limit in bytes. */
  constructor(what: string, bytes: number, budget: number) {
    super(`${what} ${inGigabytes(bytes)}, more than the ${inGigabytes(budget)} that Perturb may use. ${moreMemory}`);
  }
}

/** @param what takes this many bytes, as the start of a sentence. @throws TooLittleMemory when one file may not. */
export function checkFileSize(what: string, bytes: number): void {
  if (bytes > mostOfFile()) throw new TooLittleMemory(what, bytes, mostOfFile());
}

/** A number of bytes with two digits, in gigabytes, or in megabytes if it is less than one. */
export function inGigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Number((bytes / 1e6).toPrecision(2))} MB`;
}
