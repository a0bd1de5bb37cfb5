import { advgan } from './advgan.ts';
import type { GeneratorDefinition } from './generatorDefinition.ts';

/** Every kind of generator, by its name in settings, in the order in which lists show them. */
export const generators: ReadonlyMap<string, GeneratorDefinition> = new Map(
  [advgan].map((definition) => [definition.id, definition as unknown as GeneratorDefinition]),
);
