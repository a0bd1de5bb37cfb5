import { axisOf, type LayoutBuilder, type Lowered } from './layoutBuilder.ts';
import { CannotLower, type OnnxStep, type Rule } from './step.ts';

/** Layers with several inputs. */
export const merging: Readonly<Record<string, Rule>> = {
  Add: pairwise((a, b, build) => build.add(a, b)),
  Multiply: pairwise((a, b, build) => build.mul(a, b)),
  Maximum: pairwise((a, b, build) => build.op('Max', [a, b])),
  Minimum: pairwise((a, b, build) => build.op('Min', [a, b])),
  Average: pairwise(
    (a, b, build) => build.add(a, b),
    (sum, count, build) => build.mul(sum, build.floats(1 / count)),
  ),
  Concatenate: ({ axis }) => [
    {
      emit: (inputs, build) => {
        const { values, channelsFirst } = inOneLayout(inputs, build);
        const [{ shape }] = inputs as [Lowered];
        // TensorFlow.js treats every negative axis as the last one.
        const along = (axis as number) < 0 ? shape.length : (axis as number);
        const sizes = inputs.map((x) => x.shape[along - 1] as number);
        return {
          value: build.op('Concat', values, { axis: axisOf(along, { shape, channelsFirst }) }),
          shape: shape.with(
            along - 1,
            sizes.reduce((sum, size) => sum + size, 0),
          ),
          channelsFirst,
        };
      },
    },
  ],
};

/** Combines two inputs, then the result with the next one; optionally adds a final step. */
function pairwise(
  join: (a: string, b: string, build: LayoutBuilder) => string,
  finish: (all: string, count: number, build: LayoutBuilder) => string = (all) => all,
): Rule {
  return (_config, _weights, layer) => {
    const step: OnnxStep = {
      emit: (inputs, build) => {
        const ranks = new Set(inputs.map(({ shape }) => shape.length));
        if (ranks.size > 1) throw new CannotLower(layer, 'its inputs have different ranks');
        const { values, channelsFirst } = inOneLayout(inputs, build);
        const all = values.reduce((a, b) => join(a, b, build));
        // A size of 1 is broadcast to that of the others.
        const shape = inputs
          .map((x) => x.shape)
          .reduce((a, b) => a.map((size, axis) => (size === 1 ? (b[axis] as number) : size)));
        return { value: finish(all, inputs.length, build), shape, channelsFirst };
      },
    };
    return [step];
  };
}

/** All values channels first if one of them is. */
export function inOneLayout(inputs: readonly Lowered[], build: LayoutBuilder) {
  const channelsFirst = inputs.some((x) => x.channelsFirst);
  const values = inputs.map((x) => (channelsFirst ? build.channelsFirst(x) : build.channelsLast(x)));
  return { values, channelsFirst };
}
