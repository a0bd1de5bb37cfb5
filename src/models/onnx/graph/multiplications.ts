import { elementCount, type Node } from './graph.ts';
import type { Inspection } from './inspect.ts';

/** About how many multiplications one run of a graph takes: each weight one at every place it is applied to. */
export function multiplicationsIn({ model: { graph }, shapes }: Inspection): number {
  let count = 0;
  for (const { operator, inputs, outputs } of graph.nodes) {
    const dims = shapes.get(outputs[0] ?? '') ?? [];
    const places = elementCount(dims) / (dims[channelAxisOf(operator, dims)] || 1);
    const weights = inputs.map((name) => graph.constants.get(name)?.dims ?? []).filter(({ length }) => length > 1);
    count += elementCount(dims) + weights.reduce((sum, own) => sum + places * elementCount(own), 0);
  }
  return count;
}

/** The axis of an output along which each place has one number per filter, or per column of the weights. */
function channelAxisOf(operator: Node['operator'], { length }: readonly number[]): number {
  return operator === 'Conv' || operator === 'ConvTranspose' ? 1 : length - 1;
}
