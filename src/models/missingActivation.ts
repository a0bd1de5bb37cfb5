import { UserError } from '../userError.ts';

/** More names than these help nobody. */
const mostNames = 12;

/** Says that a model has no activation of this name, and lists the last ones that it has. */
export function missingActivation(name: string, names: readonly string[]): UserError {
  const known = ['logits', ...names.slice(-mostNames)].map((known) => `"${known}"`).join(', ');
  const others = names.length > mostNames ? ` (and ${names.length - mostNames} before these)` : '';
  return new UserError(`The model has no activation "${name}". It has ${known}${others}.`);
}
