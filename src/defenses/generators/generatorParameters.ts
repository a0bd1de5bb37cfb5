import type { ParametersOf } from '../../parameters/parameter.ts';
import { commonParameters } from '../training/commonParameters.ts';
import type { GeneratorParameters } from './generatorDefinition.ts';

const { epochs, batchSize, learningRate, schedule } = commonParameters as unknown as ParametersOf<GeneratorParameters>;

/**
 * The parameters of every training of a generator, with the values of one kind.
 * @param source where they come from.
 * @param paper where the paper differs, and where it says so.
 */
export function generatorParametersOf(
  quick: GeneratorParameters,
  source: string,
  paper: Partial<GeneratorParameters> = {},
  paperSource = source,
): ParametersOf<GeneratorParameters> {
  const common = {
    epochs: { ...epochs, description: 'Number of passes through the images.' },
    batchSize,
    learningRate,
    schedule,
  };
  const stated = Object.entries(common).map(([name, parameter]) => {
    const [usual, original] = [quick, paper].map((values) => (values as Record<string, unknown>)[name]);
    return [
      name,
      {
        ...parameter,
        quick: { value: usual, text: JSON.stringify(usual), source },
        ...(original !== undefined && {
          paper: { value: original, text: JSON.stringify(original), source: paperSource },
        }),
      },
    ];
  });
  return Object.fromEntries(stated);
}
