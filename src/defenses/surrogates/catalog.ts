import { answers } from './answers.ts';
import { labeled } from './labeled.ts';
import type { SurrogateDefinition } from './surrogateDefinition.ts';

/** Every way to train a surrogate, by its name in settings, in the order in which lists show them. */
export const surrogates: ReadonlyMap<string, SurrogateDefinition> = new Map(
  [answers, labeled].map((definition) => [definition.id, definition as unknown as SurrogateDefinition]),
);
