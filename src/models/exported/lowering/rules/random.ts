import { CannotLower } from '../../../cannotLower.ts';
import type { Rule } from '../call.ts';

/** An attack needs the same answer to the same image. A program that does not use what it draws has no such operator left. */
const refused: Rule = () => {
  throw new CannotLower(
    'it draws random numbers, so that the model answers differently each time; call model.eval() before you export the model, or take what is random out of it',
  );
};

/** Random numbers. */
export const random: Readonly<Record<string, Rule>> = Object.fromEntries(
  [
    'bernoulli',
    'multinomial',
    'normal',
    'poisson',
    'rand',
    'rand_like',
    'randint',
    'randint_like',
    'randn',
    'randn_like',
    'randperm',
  ].map((name) => [name, refused]),
);
