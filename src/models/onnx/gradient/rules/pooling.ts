import { NotDifferentiable, type Rule } from '../rule.ts';

/** Pooling over windows. */
export const pooling: Readonly<Record<string, Rule>> = {
  GlobalAveragePool: ({ dy, inputs: [x = ''], shape, build }) => {
    const dims = shape(x);
    const size = dims.slice(2).reduce((a, b) => a * b, 1);
    return [build.op('Expand', [build.mul(dy, build.floats(1 / size)), build.ints(dims)])];
  },
  /** The gradient goes to where each window's maximum was, the first of equals; windows may overlap. */
  MaxPool: ({ node, dy, inputs: [x = ''], outputs: [y = ''], shape, build, also }) => {
    if (node.attributes.storage_order) throw new NotDifferentiable('storage_order is set');
    const flat = (value: string) => build.reshape(value, [-1]);
    const zeros = build.op('ConstantOfShape', [build.ints([shape(x).reduce((a, b) => a * b, 1)])]);
    void y;
    const scattered = build.op('ScatterElements', [zeros, flat(also(1)), flat(dy)], { axis: 0, reduction: 'add' });
    return [build.reshape(scattered, shape(x))];
  },
};
