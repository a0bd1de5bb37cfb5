import { UserError } from '../../userError.ts';
import { NoCounterpart } from './noCounterpart.ts';

/**
 * Runs a step that does not know the file whose graph it reads, and says what is wrong of that file.
 * @throws UserError, also for what only a damaged graph can cause.
 */
export function saidOf<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof NoCounterpart) throw new NoCounterpart(`${file}: ${error.message}`, { cause: error });
    if (error instanceof UserError) throw new UserError(`${file}: ${error.message}`, { cause: error });
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new UserError(`${file}: its graph is damaged. Export or copy the model again.`, { cause: error });
  }
}
