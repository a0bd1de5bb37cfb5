import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { UserError } from '../userError.ts';

/**
 * A check of a JSON text against a schema.
 * @returns a function that takes the text and the place to blame, and returns the value as it was written.
 * @throws UserError (the function) naming the place and what is wrong there.
 */
export function contentCheck(schema: TSchema): (text: string, place: string) => unknown {
  // Not before it is needed: compiling takes longer than many a check.
  let validator: Validator | undefined;
  return (text, place) => {
    validator ??= Compile(schema);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw damaged(place, (error as Error).message);
    }
    // What is read is written again, and compared: both go as deep as the call stack allows.
    if (isTooDeep(value, deepest)) throw damaged(place, 'it is nested too deeply');
    if (validator.Check(value)) return value;
    // The innermost place says most: those around it only say that they have it.
    const [first] = validator.Errors(value).sort((a, b) => depthOf(b) - depthOf(a));
    if (first === undefined) throw damaged(place, 'it is not what a run writes');
    const problem = first.keyword === 'pattern' ? 'is not what a run writes' : first.message;
    throw damaged(place, `${first.instancePath.slice(1) || 'the whole'} ${problem}`);
  };
}

/** No file of a run is nested as deeply as this. */
const deepest = 50;

function isTooDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((part) => isTooDeep(part, left - 1));
}

function depthOf({ instancePath }: { readonly instancePath: string }): number {
  return instancePath.split('/').length;
}

function damaged(place: string, reason: string): UserError {
  return new UserError(`${place} is damaged, or of another version: ${reason}. Run the tests again.`);
}
