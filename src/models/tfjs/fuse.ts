import type { Node } from './network.ts';

/**
 * Joins what backends compute in one go: a normalization or an activation is taken in by the linear operation before it,
 * where nothing else reads that operation's value.
 */
export function fuse(nodes: readonly Node[]): Node[] {
  const readers = new Map<number, number>();
  for (const { inputs } of nodes) for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  const fused: Node[] = [];
  /** Where each of the given nodes went. */
  const places: number[] = [];
  for (const [index, node] of nodes.entries()) {
    const inputs = node.inputs.map((input) => places[input] as number);
    const [source] = node.inputs;
    const before = source !== undefined && readers.get(source) === 1 ? fused[places[source] as number] : undefined;
    const joined = node.absorbable && before?.operation.absorb?.(node.absorbable);
    if (before === undefined || joined === undefined) {
      places[index] = fused.push({ ...node, inputs }) - 1;
      continue;
    }
    before.operation.dispose?.();
    node.operation.dispose?.();
    const place = inputs[0] as number;
    fused[place] = { layer: node.layer, inputs: before.inputs, operation: joined, activation: node.activation };
    places[index] = place;
  }
  return fused;
}
