import { advgan } from './advgan.ts';
import { apegan } from './apegan.ts';
import { dcgan } from './dcgan.ts';
import type { GeneratorDefinition } from './generatorDefinition.ts';

/** Every kind of generator, by its name in settings, in the order in which lists show them. */
export const generators: ReadonlyMap<string, GeneratorDefinition> = new Map(
  [advgan, apegan, dcgan]
    .map((definition) => definition as unknown as GeneratorDefinition)
    .map((definition) => [definition.id, definition]),
);
