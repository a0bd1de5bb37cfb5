import assert from 'node:assert/strict';
import { gradientModel } from '../../../../../src/models/onnx/gradient/gradientModel.ts';
import { recurrent } from '../../../../../src/models/onnx/gradient/rules/recurrent.ts';
import type { Graph, Model } from '../../../../../src/models/onnx/graph/graph.ts';
import type { AttributeValue } from '../../../../../src/models/onnx/graph/graphBuilder.ts';
import { inspect } from '../../../../../src/models/onnx/graph/inspect.ts';
import { nativeRuntime } from '../../../../../src/models/onnx/session/runtime.ts';
import { checkGraph } from '../../../../support/onnx/checkGradient.ts';
import { makeModel, noise } from '../../../../support/onnx/makeModel.ts';

/** A recurrent layer, by its operator and what its node states. */
interface Layer {
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly directions?: number;
  readonly steps?: number;
  readonly without?: readonly string[];
  readonly peepholes?: boolean;
  readonly lengths?: readonly number[];
  readonly opset?: number;
}

const gates: Readonly<Record<string, number>> = { RNN: 1, GRU: 3, LSTM: 4 };
const [batch, size, hidden] = [2, 3, 4];
const runtime = nativeRuntime();

function modelOf(layer: Layer): Model {
  const {
    operator,
    attributes = {},
    directions = 1,
    steps = 5,
    without = [],
    peepholes = false,
    lengths,
    opset,
  } = layer;
  const g = gates[operator] as number;
  const isLstm = operator === 'LSTM';
  const given = (name: string) => (without.includes(name) ? '' : name);
  const values = (dims: readonly number[], seed: number) => ({
    dims,
    values: noise(
      dims.reduce((a, b) => a * b, 1),
      seed,
    ),
  });
  const inputs = [
    'image',
    'w',
    'r',
    given('b'),
    lengths ? 'lengths' : '',
    given('h'),
    ...(isLstm ? [given('c'), peepholes ? 'p' : ''] : []),
  ];
  while (inputs.at(-1) === '') inputs.pop();
  return makeModel({
    input: { dims: [steps, batch, size] },
    opset: opset ?? 17,
    constants: {
      w: values([directions, g * hidden, size], 1),
      r: values([directions, g * hidden, hidden], 2),
      b: values([directions, 2 * g * hidden], 3),
      h: values([directions, batch, hidden], 4),
      c: values([directions, batch, hidden], 5),
      p: values([directions, 3 * hidden], 6),
      lengths: { type: 'int32', dims: [batch], data: new Uint8Array(Int32Array.from(lengths ?? [0, 0]).buffer) },
    },
    nodes: [
      {
        operator,
        inputs,
        outputs: ['y', 'yh', ...(isLstm ? ['yc'] : [])],
        attributes: { hidden_size: hidden, ...attributes },
      },
    ],
    outputs: ['y', 'yh', ...(isLstm ? ['yc'] : [])].map((name) => ({ name, type: 'float32' })),
  });
}

const image = Array.from(noise(5 * batch * size, 9));
const strings = (...value: string[]) => ({ kind: 'strings', value }) as const;

const layers: Readonly<Record<string, Layer>> = {
  LSTM: { operator: 'LSTM' },
  'LSTM in both directions': { operator: 'LSTM', attributes: { direction: 'bidirectional' }, directions: 2 },
  'LSTM from the end': { operator: 'LSTM', attributes: { direction: 'reverse' } },
  'LSTM without bias and states': { operator: 'LSTM', without: ['b', 'h', 'c'] },
  'LSTM with a state only': { operator: 'LSTM', without: ['b', 'c'] },
  'LSTM with peepholes': { operator: 'LSTM', peepholes: true },
  'LSTM with other functions': {
    operator: 'LSTM',
    attributes: { activations: strings('Sigmoid', 'Softsign', 'Tanh') },
  },
  'LSTM with full lengths': { operator: 'LSTM', lengths: [5, 5] },
  GRU: { operator: 'GRU' },
  'GRU that resets after its product': { operator: 'GRU', attributes: { linear_before_reset: 1 } },
  'GRU in both directions': {
    operator: 'GRU',
    attributes: { direction: 'bidirectional', linear_before_reset: 1 },
    directions: 2,
  },
  'GRU without bias': { operator: 'GRU', without: ['b'] },
  'GRU without bias that resets after its product': {
    operator: 'GRU',
    without: ['b', 'h'],
    attributes: { linear_before_reset: 1 },
  },
  RNN: { operator: 'RNN' },
  'RNN from the end, without a state': { operator: 'RNN', attributes: { direction: 'reverse' }, without: ['h'] },
  'RNN with functions of its own': {
    operator: 'RNN',
    attributes: { direction: 'bidirectional', activations: strings('Tanh', 'Sigmoid') },
    directions: 2,
  },
  'RNN in the newest version': { operator: 'RNN', opset: 22 },
};

async function answers(graph: Graph, model: Model): Promise<Record<string, Float32Array>> {
  const session = await runtime.open({ ...model, graph });
  const { dims } = graph.inputs[0] as { dims: readonly number[] };
  const found = await session.run({ image: { type: 'float32', dims, data: Float32Array.from(image) } });
  await session.close();
  return Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data as Float32Array]));
}

describe('Recurrent layers, step by step', () => {
  for (const [name, layer] of Object.entries(layers)) {
    it(`${name}: as ONNX Runtime computes it whole, with its gradient`, async () => {
      const model = modelOf(layer);
      const inspection = await inspect(model, [5, batch, size], runtime);
      const { graph } = inspection.model;
      assert.ok(!graph.nodes.some(({ operator }) => operator in gates), 'it is still there');
      const [whole, written] = [await answers(model.graph, model), await answers(graph, model)];
      for (const [output, values] of Object.entries(whole)) {
        for (const [i, value] of values.entries()) {
          const found = written[output]?.[i] as number;
          assert.ok(Math.abs(found - value) < 1e-5, `${output}[${i}] is ${found}, and ${value} whole`);
        }
      }
      await checkGraph(model.graph, image, { what: name, opset: layer.opset ?? 17 });
    });
  }

  const refused: Readonly<Record<string, readonly [Layer, RegExp]>> = {
    'sequences of several lengths': [{ operator: 'LSTM', lengths: [5, 3] }, /LSTM.*different lengths/],
    'gates that are clipped': [
      { operator: 'GRU', attributes: { clip: { kind: 'float', value: 0.5 } } },
      /GRU.*its attribute clip is set/,
    ],
    'functions with numbers of their own': [
      { operator: 'RNN', attributes: { activations: strings('Affine') } },
      /RNN.*its function Affine/,
    ],
  };
  for (const [name, [layer, message]] of Object.entries(refused)) {
    it(`is refused for ${name}`, async () => {
      const model = modelOf(layer);
      const inspection = await inspect(model, [5, batch, size], runtime);
      const y = model.graph.outputs[0] as { name: string };
      const single = { ...inspection.model, graph: { ...inspection.model.graph, outputs: [y] } };
      assert.throws(
        () => gradientModel({ ...inspection, model: single }, { kinds: ['weights'], activations: [], several: false }),
        { name: 'UnderivableGradient', message },
      );
    });
  }

  it('has a reason for each of them', () => assert.deepEqual(Object.keys(recurrent).sort(), Object.keys(gates).sort()));
});
