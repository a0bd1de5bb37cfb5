import { floatAttribute, intAttribute, intsAttribute, type Node } from './graph.ts';
import type { GraphBuilder } from './graphBuilder.ts';

/** An operator of versions 7 to 10 of the standard in version 11: the same node, or a replacement. */
type Upgrade = (node: Node, build: GraphBuilder) => Node;

const float32Range = 3.4028234663852886e38;

/**
 * The operators that changed between versions 7 and 11 of the standard: attributes became inputs, and two were replaced.
 * All others either did not change or were only widened.
 */
const upgrades: Readonly<Record<string, Upgrade>> = {
  /** Since version 11 its bounds are inputs. */
  Clip: (node, build) => {
    const bounds = [floatAttribute(node, 'min', -float32Range), floatAttribute(node, 'max', float32Range)];
    return withInputs(node, [node.inputs[0] ?? '', ...bounds.map((bound) => build.floats(bound))]);
  },
  Pad: (node, build) => {
    const { mode } = node.attributes;
    const pads = build.ints(intsAttribute(node, 'pads') ?? []);
    const inputs = [node.inputs[0] ?? '', pads, build.floats(floatAttribute(node, 'value', 0))];
    const attributes: Node['attributes'] = mode ? { mode } : {};
    return { ...node, inputs, attributes };
  },
  /** Before version 10 its bounds are attributes. */
  Slice: (node, build) => {
    const [starts, ends] = [intsAttribute(node, 'starts'), intsAttribute(node, 'ends')];
    if (starts === undefined || ends === undefined) return node;
    const axes = intsAttribute(node, 'axes') ?? starts.map((_, axis) => axis);
    return withInputs(node, [node.inputs[0] ?? '', ...[starts, ends, axes].map((list) => build.ints(list))]);
  },
  TopK: (node, build) => {
    const { k, ...attributes } = node.attributes;
    if (k?.kind !== 'int') return node;
    return { ...node, inputs: [node.inputs[0] ?? '', build.ints([k.value])], attributes };
  },
  /** Both interpolate between pixels whose corners are aligned at the origin. */
  Upsample: resized,
  Resize: resized,
  Scatter: (node) => ({ ...node, operator: 'ScatterElements' }),
  /** `spatial` was always the default, except in models that normalize each pixel separately. */
  BatchNormalization: (node) => {
    const { epsilon } = node.attributes;
    if (intAttribute(node, 'spatial', 1) === 0) return node;
    const attributes: Node['attributes'] = epsilon ? { epsilon } : {};
    return { ...node, outputs: node.outputs.slice(0, 1), attributes };
  },
};

function withInputs(node: Node, inputs: readonly string[]): Node {
  return { ...node, inputs, attributes: {} };
}

function resized(node: Node, build: GraphBuilder): Node {
  const { mode, scales } = node.attributes;
  const given = scales?.kind === 'floats' ? build.floats(scales.value) : (node.inputs[1] ?? '');
  const text = (value: string) => ({ kind: 'string', value }) as const;
  const isNearest = mode?.kind !== 'string' || mode.value === 'nearest';
  return {
    ...node,
    operator: 'Resize',
    inputs: [node.inputs[0] ?? '', '', given],
    attributes: {
      mode: text(isNearest ? 'nearest' : 'linear'),
      coordinate_transformation_mode: text('asymmetric'),
      nearest_mode: text('floor'),
    },
  };
}

/** A node of version 7, 8, 9 or 10 of the standard's operators as one of version 11. */
export function upgradeOld(node: Node, build: GraphBuilder): Node {
  const upgrade = node.domain === '' ? upgrades[node.operator] : undefined;
  return upgrade?.(node, build) ?? node;
}
