import type { Node } from './graph.ts';

const drawing = /^(Random(Normal|Uniform)|Bernoulli|Multinomial)/;

/** True for an operator that draws random numbers, others in each run. */
export function isDrawing({ operator, domain }: Node): boolean {
  return domain === '' && drawing.test(operator);
}
