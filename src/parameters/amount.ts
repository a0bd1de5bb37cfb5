/** A number, or a fraction of two numbers such as "8/255", as settings state distances in the pixel range [0, 1]. */
export type Amount = number | string;

/** What to give where an amount is asked for. */
export const amountError = 'Enter a number greater than 0 or a fraction such as "8/255".';

/** JSON Schema of an amount above zero. */
export const amountSchema = {
  anyOf: [
    { type: 'number', exclusiveMinimum: 0 },
    { type: 'string', pattern: '^\\s*[0-9]*\\.?[0-9]+\\s*/\\s*[0-9]*\\.?[0-9]+\\s*$' },
  ],
  errorMessage: amountError,
} as const;

/** Whether what settings say of a parameter is an amount. */
export function isAmount({ schema }: { readonly schema: object }): boolean {
  return schema === amountSchema;
}

/**
 * The value of an amount: "8/255" is 0.03137….
 * @throws RangeError when it is not a positive finite number, with the words a person reads.
 */
export function parseAmount(amount: Amount): number {
  const value = typeof amount === 'number' ? amount : parseFraction(amount);
  if (!Number.isFinite(value) || value <= 0) {
    throw new RangeError(`${JSON.stringify(amount)} must be greater than 0`);
  }
  return value;
}

function parseFraction(text: string): number {
  const [numerator, denominator, ...rest] = text.split('/').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (
    numerator === undefined ||
    denominator === undefined ||
    rest.length > 0 ||
    Number.isNaN(numerator / denominator)
  ) {
    throw new RangeError(`"${text}" is not a number or a fraction such as "8/255"`);
  }
  if (denominator === 0) throw new RangeError(`"${text}" divides by zero`);
  return numerator / denominator;
}
