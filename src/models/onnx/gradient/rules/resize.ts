import { type Attribute, intsAttribute, stringAttribute } from '../../graph/graph.ts';
import { float } from '../../graph/graphBuilder.ts';
import { NotDifferentiable, type Rule, type RuleContext, refuseComputed } from '../rule.ts';
import { mapBack } from './separable.ts';

/** Interpolation, which in any mode is linear in the pixels and works along each axis separately. */
export const resize: Readonly<Record<string, Rule>> = {
  Resize: (context) => {
    const {
      dy,
      inputs: [x = ''],
      outputs: [y = ''],
      shape,
      build,
    } = context;
    refuseComputed(context, 'its sizes or scales');
    const maps = shape(x).flatMap((_, axis) => {
      const map = alongAxis(context, axis);
      return map ? [[axis, map] as const] : [];
    });
    return [mapBack(dy, shape(x), shape(y), new Map(maps), build)];
  },
};

/** The same interpolation along one axis, of the rows of a matrix; undefined if it does not change the axis. */
function alongAxis(
  { node, inputs: [x = '', roi, scales, sizes], outputs: [y = ''], shape, numbers, build }: RuleContext,
  axis: number,
): ((rows: string) => string) | undefined {
  const { axes: _, keep_aspect_ratio_policy: policy, ...attributes } = node.attributes;
  const [large, small] = [shape(x)[axis] as number, shape(y)[axis] as number];
  const rank = shape(x).length;
  const axes = (intsAttribute(node, 'axes') ?? shape(x).map((_, i) => i)).map((i) => (i < 0 ? i + rank : i));
  const position = axes.indexOf(axis);
  if (position < 0) return undefined;

  const crops = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
  const region = crops ? known(numbers(roi), 'bounds') : undefined;
  const [from, to] = region ? [at(region, position), at(region, position + axes.length)] : [0, 1];
  // The size may come from a rounded scale: the node interpolates by what it was given.
  const scale = sizes ? small / large : at(known(numbers(scales), 'scales'), position);
  if (sizes && policy && at(known(numbers(sizes), 'sizes'), position) !== small) {
    throw new NotDifferentiable('keep_aspect_ratio_policy changes a size');
  }
  if (scale === 1 && from === 0 && to === 1) return undefined;

  const beyond: Record<string, Attribute> = crops ? { extrapolation_value: float(0) } : {};
  const optional = region ? build.floats([0, from, 1, to]) : '';
  const target = sizes ? ['', build.ints([large, small])] : [build.floats([1, scale])];
  return (rows) => build.op('Resize', [rows, optional, ...target], { ...attributes, ...beyond });
}

function known(values: readonly number[] | undefined, what: string): readonly number[] {
  if (values === undefined) throw new NotDifferentiable(`its ${what} are not known in advance`);
  return values;
}

function at(list: readonly number[], index: number): number {
  return list[index] as number;
}
