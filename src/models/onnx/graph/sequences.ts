import type { Graph, Node } from './graph.ts';

/** Operators that give sequences of tensors, or other things that have no shape. */
const givers = new Set([
  ...['SequenceConstruct', 'SequenceEmpty', 'SplitToSequence', 'SequenceInsert', 'SequenceErase', 'SequenceMap'],
  ...['Optional', 'ZipMap', 'DictVectorizer'],
]);

/** The values of a graph that are not tensors. */
export function sequencesIn({ inputs, nodes }: Graph): Set<string> {
  const found = new Set(inputs.filter(({ isTensor }) => isTensor === false).map(({ name }) => name));
  for (const node of nodes) {
    for (const output of sequencesFrom(node, found)) found.add(output);
  }
  return found;
}

function sequencesFrom({ operator, inputs, outputs, attributes }: Node, known: ReadonlySet<string>): readonly string[] {
  if (givers.has(operator)) return outputs;
  if (operator === 'Identity') return known.has(inputs[0] as string) ? outputs : [];
  // The first output of a loop body is whether to continue.
  const skipped = operator === 'Loop' ? 1 : 0;
  return Object.values(attributes).flatMap((attribute) => {
    if (attribute.kind !== 'graph') return [];
    const inner = sequencesIn(attribute.value);
    const given = attribute.value.outputs.slice(skipped);
    return outputs.filter((_, i) => {
      const value = given[i];
      return value && (value.isTensor === false || inner.has(value.name) || known.has(value.name));
    });
  });
}
