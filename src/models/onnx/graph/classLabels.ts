import type { Graph, Node } from './graph.ts';

/**
 * Class names that a model's classical operators (ONNX-ML) state for their columns of scores, as scikit-learn's converters
 * write them: a ZipMap, or a classifier.
 * @returns undefined where there are none, where they differ, or where they are the indices themselves.
 */
export function classLabelsIn({ nodes }: Graph): readonly string[] | undefined {
  const lists = nodes.flatMap((node) => (node.domain === 'ai.onnx.ml' ? (labelsOf(node) ?? []) : []));
  const [first] = lists;
  if (first === undefined || lists.some((list) => list.join('\n') !== first.join('\n'))) return undefined;
  return first.every((label, index) => label === String(index)) ? undefined : first;
}

/** The list of labels of a node, in a list. */
function labelsOf({ attributes }: Node): [readonly string[]] | undefined {
  const named = ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints'].map((name) => attributes[name]);
  const found = named.find((each) => each?.kind === 'strings' || each?.kind === 'ints');
  return found?.kind === 'strings' || found?.kind === 'ints' ? [found.value.map(String)] : undefined;
}
