import assert from 'node:assert/strict';
import { floatConstant, type Graph, type Node } from '../../../../../src/models/onnx/graph/graph.ts';
import { multiplicationsIn } from '../../../../../src/models/onnx/graph/multiplications.ts';

/** A graph of one node with weights of these dimensions, at a known shape of its output. */
function inspected(operator: Node['operator'], weights: readonly number[], output: readonly number[]) {
  const size = weights.reduce((product, dim) => product * dim, 1);
  const graph: Graph = {
    inputs: [{ name: 'x' }],
    outputs: [{ name: 'y' }],
    nodes: [{ operator, domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
    constants: new Map([['w', floatConstant(new Array(size).fill(1), weights)]]),
  };
  return {
    model: { graph, opsets: new Map([['', 17]]), metadata: new Map(), folder: '.' },
    shapes: new Map([['y', output]]),
  };
}

describe('the multiplications in a graph', () => {
  it('are each weight at each place of a convolution', () => {
    const [filters, channels, side] = [8, 3, 5];
    const found = multiplicationsIn(inspected('Conv', [filters, channels, 3, 3], [2, filters, side, side]));
    const places = 2 * side * side;
    assert.equal(found, places * filters * channels * 9 + places * filters);
  });

  it('are each weight in each row of a matrix', () => {
    assert.equal(multiplicationsIn(inspected('MatMul', [64, 10], [4, 10])), 4 * 64 * 10 + 40);
  });

  it('are one a value where there are no weights', () => {
    assert.equal(multiplicationsIn(inspected('Add', [5], [1, 5])), 5);
  });
});
