import { type Graph, numbersOf } from '../../../../src/models/onnx/graph/graph.ts';
import { operators } from './operators.ts';
import { type Tensor, tensor } from './tensor.ts';

/** Runs a graph; returns every value by its name. @throws Error for an operator that it does not know. */
export function evaluate(graph: Graph, inputs: Readonly<Record<string, Tensor>>): Map<string, Tensor> {
  const values = new Map<string, Tensor>(Object.entries(inputs));
  for (const [name, constant] of graph.constants) values.set(name, tensor(constant.dims, numbersOf(constant)));
  for (const node of graph.nodes) {
    const operator = operators[node.domain === '' ? node.operator : `${node.domain}.${node.operator}`];
    if (operator === undefined) throw new Error(`the reference evaluator does not know ${node.operator}`);
    const results = operator(
      node.inputs.map((name) => (name === '' ? undefined : values.get(name))),
      node,
    );
    for (const [index, name] of node.outputs.entries()) if (name !== '') values.set(name, results[index] as Tensor);
  }
  return values;
}
