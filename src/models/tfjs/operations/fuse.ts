import type { Ending, Traced } from './trace.ts';

/**
 * Fuses steps that can be computed together, if nothing else reads the first one's result: a linear step absorbs the
 * normalization or activation after it.
 * @param join fuses both steps, or returns undefined.
 */
export function fuse<Step extends Ending>(
  nodes: readonly Traced<Step>[],
  join: (first: Step, second: Step) => Step | undefined,
): Traced<Step>[] {
  const readers = new Map<number, number>();
  for (const { inputs } of nodes) for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  const fused: Traced<Step>[] = [];
  /** Where each of the given nodes went. */
  const places: number[] = [];
  for (const [index, node] of nodes.entries()) {
    const inputs = node.inputs.map((input) => places[input] as number);
    const [source] = node.inputs;
    const before = source !== undefined && readers.get(source) === 1 ? fused[places[source] as number] : undefined;
    const joined = before && join(before, node);
    if (before === undefined || joined === undefined) {
      places[index] = fused.push({ ...node, inputs }) - 1;
      continue;
    }
    const place = inputs[0] as number;
    fused[place] = { ...joined, layer: node.layer, inputs: before.inputs, shape: node.shape };
    places[index] = place;
  }
  return fused;
}
