import type { GraphBuilder } from './graphBuilder.ts';

/** The state of a cell: its output, and for LSTM its cell state, [batch, hidden] each. */
export interface State {
  readonly h: string;
  readonly c: string;
}

/** The names of the weights of one direction; omitted ones are empty. */
export interface CellWeights {
  /** [hidden, gates × hidden] */
  readonly recurrent: string;
  /** [2 × gates × hidden]: those of the input, then those of the state. */
  readonly bias: string;
  readonly peepholes: string;
  /** The operators f, g and h of the standard. */
  readonly functions: readonly string[];
  readonly resetsAfter: boolean;
  readonly hidden: number;
  readonly build: GraphBuilder;
}

/** A recurrent layer’s cell. */
export interface Cell {
  /** The default functions f, g and h. */
  readonly functions: readonly string[];
  /** Everything added to each step’s gates before the state is known. */
  inputBias(bias: string, hidden: number, build: GraphBuilder): string;
  /** Creates the nodes of one step from the input's contribution to the gates, [batch, gates × hidden]. */
  step(weights: CellWeights): (gates: string, state: State) => State;
}

/** The cells of the standard, with the gates in its order. */
export const cells: Readonly<Record<string, Cell>> = {
  /** h′ = f(W x + R h + b) */
  RNN: {
    functions: ['Tanh'],
    inputBias: bothBiases(1),
    step({ recurrent, functions: [f = ''], build }) {
      return (gates, { h, c }) => {
        return { h: build.op(f, [build.add(gates, build.op('MatMul', [h, recurrent]))]), c };
      };
    },
  },
  /** z, r, then the candidate n: h′ = (1 − z) n + z h. */
  GRU: {
    functions: ['Sigmoid', 'Tanh'],
    inputBias: (bias, hidden, build) => part(bias, 0, 3 * hidden, build),
    step({ recurrent, bias, functions: [f = '', g = ''], resetsAfter, hidden, build }) {
      const ofGates = columns(recurrent, 0, 2 * hidden, build);
      const ofCandidate = columns(recurrent, 2 * hidden, 3 * hidden, build);
      const withBias = (value: string, from: number, to: number) =>
        bias === '' ? value : build.add(value, part(bias, (3 + from) * hidden, (3 + to) * hidden, build));
      return (gates, { h, c }) => {
        const [input = '', candidate = ''] = split(gates, [2 * hidden, hidden], build);
        const both = build.op(f, [build.add(input, withBias(build.op('MatMul', [h, ofGates]), 0, 2))]);
        const [z = '', r = ''] = split(both, [hidden, hidden], build);
        const product = (state: string) => withBias(build.op('MatMul', [state, ofCandidate]), 2, 3);
        const recalled = resetsAfter ? build.mul(r, product(h)) : product(build.mul(r, h));
        const n = build.op(g, [build.add(candidate, recalled)]);
        return { h: build.add(n, build.mul(z, build.sub(h, n))), c };
      };
    },
  },
  /** i, o, f, then the candidate n: c′ = f c + i n and h′ = o h(c′). Peepholes let i and f see c, and o see c′. */
  LSTM: {
    functions: ['Sigmoid', 'Tanh', 'Tanh'],
    inputBias: bothBiases(4),
    step({ recurrent, peepholes, functions: [f = '', g = '', last = ''], hidden, build }) {
      const [toInput = '', toOutput = '', toForget = ''] =
        peepholes === '' ? [] : split(peepholes, [hidden, hidden, hidden], build, 0);
      const seeing = (gate: string, peephole: string, c: string) =>
        peephole === '' ? gate : build.add(gate, build.mul(peephole, c));
      return (gates, { h, c }) => {
        const sum = build.add(gates, build.op('MatMul', [h, recurrent]));
        const [i = '', o = '', forget = '', n = ''] = split(sum, [hidden, hidden, hidden, hidden], build);
        const kept = build.mul(build.op(f, [seeing(forget, toForget, c)]), c);
        const added = build.mul(build.op(f, [seeing(i, toInput, c)]), build.op(g, [n]));
        const next = build.add(kept, added);
        return { h: build.mul(build.op(f, [seeing(o, toOutput, next)]), build.op(last, [next])), c: next };
      };
    },
  },
};

function bothBiases(gates: number) {
  return (bias: string, hidden: number, build: GraphBuilder) => {
    const [input = '', state = ''] = split(bias, [gates * hidden, gates * hidden], build, 0);
    return build.add(input, state);
  };
}

function split(value: string, sizes: readonly number[], build: GraphBuilder, axis = 1): string[] {
  return build.ops('Split', [value, build.ints(sizes)], { axis }, sizes.length);
}

function part(value: string, from: number, to: number, build: GraphBuilder): string {
  return build.slice(value, [from], [to], [0]);
}

function columns(value: string, from: number, to: number, build: GraphBuilder): string {
  return build.slice(value, [from], [to], [1]);
}
