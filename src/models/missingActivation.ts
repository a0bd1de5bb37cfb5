import { UserError } from '../userError.ts';

/** More names than these help nobody. */
const mostNames = 12;

/** Says that a model has no activation of this name, and what the last ones of those that it has are called. */
export function missingActivation(name: string, names: readonly string[]): UserError {
  const known = ['logits', ...names.slice(-mostNames)].map((known) => `"${known}"`).join(', ');
  const others = names.length > mostNames ? ` (and ${names.length - mostNames} before these)` : '';
  return new UserError(`The model has no activation "${name}". It has ${known}${others}.`);
}
