import { similarityScale, type Templates } from '../../verification/templates.ts';
import type { Graph, Value } from './graph.ts';
import { freePrefix, GraphBuilder } from './graphBuilder.ts';
import type { Ending } from './logits.ts';

/** Keeps the length of an embedding that is all zero from being divided by. */
const least = 1e-12;

/**
 * A graph that gives embeddings, ended by their unit vectors e / |e|, or by logits: for unit templates t and a threshold τ,
 * s · (e · t₁ / |e|, …, e · tₖ / |e|, τ) with s = `similarityScale`, so that the largest is the most similar identity where
 * it is similar enough, and else the last, which is nobody.
 * @param batch how many images a run takes.
 * @param size of an embedding.
 */
export function endEmbedding(
  graph: Graph,
  embedding: 'alone' | Templates,
  { batch, size, opset }: { readonly batch: number | 'any'; readonly size: number; readonly opset: number },
): Ending {
  const build = new GraphBuilder(opset, freePrefix(graph, 'embedding'));
  const rows = build.reshape((graph.outputs[0] as Value).name, [batch === 'any' ? -1 : batch, size]);
  const squares = build.reduceSum(build.mul(rows, rows), [1], true);
  const unit = build.div(rows, build.op('Sqrt', [build.add(squares, build.floats(least))]));
  const logits = embedding === 'alone' ? unit : compared(unit, embedding, size, build);
  const ended: Graph = {
    ...graph,
    nodes: [...graph.nodes, ...build.nodes],
    constants: new Map([...graph.constants, ...build.constants]),
    outputs: [{ name: logits, type: 'float32' }],
  };
  return { graph: ended, logits, trial: ended };
}

/** One product gives all similarities, and a column of zeros that the threshold is added to. */
function compared(unit: string, { vectors, threshold }: Templates, size: number, build: GraphBuilder): string {
  const columns = vectors.length + 1;
  const matrix = new Float32Array(size * columns);
  for (const [k, vector] of vectors.entries()) {
    for (const [i, value] of vector.entries()) matrix[i * columns + k] = similarityScale * value;
  }
  const bias = Float32Array.from({ length: columns }, (_, k) =>
    k === vectors.length ? similarityScale * threshold : 0,
  );
  const product = build.op('MatMul', [unit, build.floats(matrix, [size, columns])]);
  return build.add(product, build.floats(bias, [1, columns]));
}
