import type { Parameter } from '../parameters/parameter.ts';
import type { Means } from './attackDefinition.ts';

/** The parameter that says how many points an attack may ask about: the limit of the test, where it has one. */
export function queriesParameter(
  quick: number,
  paper: number,
  source: { readonly quick: string; readonly paper: string },
): Parameter<number, unknown, Means> {
  const upTo = (count: number) => ({
    value: ({ queries }: Means) => queries ?? count,
    text: `${count.toLocaleString('en-US')}, or the test’s \`queries\``,
  });
  return {
    description: 'Number of points that the model is asked about, at most.',
    schema: { type: 'integer', minimum: 1 },
    quick: { ...upTo(quick), source: source.quick },
    paper: { ...upTo(paper), source: source.paper },
  };
}
