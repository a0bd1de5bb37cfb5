import type { Norm } from '../geometry/norms.ts';
import { type Amount, parseAmount } from '../parameters/amount.ts';
import type { Fault } from './problem.ts';
import { meantAmount } from './suggest.ts';

// Slightly less than one, so that 1/255 · 255 counts as a whole gray level.
const oneLevel = 1 - 1e-9;

/** No two images of a model that exists are as far apart in any norm; far beyond, float32 pixels overflow. */
const largest = 1e9;

/** Epsilons that have a valid format but make no sense. */
export function epsilonFaults(
  epsilon: Amount | readonly Amount[],
  norm: Norm | undefined,
  quantize: boolean | undefined,
): Fault[] {
  return [epsilon].flat().flatMap((amount, index) => {
    const fault = epsilonFault(amount, norm, quantize);
    return fault ? [{ ...fault, path: Array.isArray(epsilon) ? ['epsilon', index] : ['epsilon'] }] : [];
  });
}

function epsilonFault(
  amount: Amount,
  norm: Norm | undefined,
  quantize: boolean | undefined,
): Pick<Fault, 'message' | 'meant'> | undefined {
  let value: number;
  try {
    value = parseAmount(amount);
  } catch (error) {
    const message = `${(error as Error).message}. Enter a number greater than 0 or a fraction such as "8/255".`;
    return { message, meant: meantAmount(amount) };
  }
  const shown = JSON.stringify(amount);
  if (value > largest) return { message: `${shown} is farther than any two images are apart. Enter a smaller number.` };
  if (norm === 'l0') {
    if (value >= 1) return undefined;
    return { message: `In l0, epsilon is a number of pixels, and ${shown} is less than one. Enter 1 or more.` };
  }
  if (norm === 'linf' && value > 1) {
    const isLevels = typeof amount === 'number' && amount <= 255;
    const advice = isLevels ? `For ${amount} gray levels, enter "${amount}/255"` : 'Enter 1 or less, such as "8/255"';
    return {
      message: `${shown} exceeds the whole pixel range, [0, 1]. ${advice}.`,
      meant: isLevels ? meantAmount(amount) : [],
    };
  }
  // The smallest change of an image file is one level of one value: 1/255 in each of these norms.
  if (quantize && norm !== undefined && 255 * value < oneLevel) {
    return {
      message: `${shown} is less than one gray level (1/255), so no image file could change. Raise it to "1/255" or more, or set "quantize" to false.`,
      meant: ['1/255'],
    };
  }
  return undefined;
}
