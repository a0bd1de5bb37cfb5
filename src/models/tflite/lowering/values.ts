import { CannotLower } from '../../cannotLower.ts';
import {
  type Constant,
  type ElementType,
  elementCount,
  elementTypes,
  floatConstant,
  numbersOf,
  type Value,
} from '../../onnx/graph/graph.ts';
import type { LayoutBuilder } from '../../tfjs/lowering/layoutBuilder.ts';
import type { Program, Quantization, TensorInfo } from '../schema.ts';
import { elementTypeOf } from '../stored.ts';
import { type Lowered, lastOf, type Steps, type Surroundings } from './call.ts';

/** More numbers than a tensor of any classifier has. */
const mostNumbers = 2 ** 29;

/** The tensors of a graph as values: those that are quantized as the numbers that they stand for. */
export class Values implements Surroundings {
  readonly build: LayoutBuilder;
  readonly views = new Map<string, Lowered>();
  readonly #program: Program;
  readonly #stored: ReadonlyMap<number, Constant>;
  readonly #known = new Map<number, Lowered>();
  readonly #steps = new Map<number, Steps>();
  /** Values that are rounded, with the numbers that they can have. */
  readonly #rounded = new Map<string, { readonly grid: string; readonly steps: Steps }>();

  /** @param stored the numbers of the tensors that the file has. */
  constructor(program: Program, stored: ReadonlyMap<number, Constant>, build: LayoutBuilder) {
    this.#program = program;
    this.#stored = stored;
    this.build = build;
  }

  info(index: number): TensorInfo {
    return this.#program.tensors[index] as TensorInfo;
  }

  /** @throws CannotLower when it has not been computed. */
  tensor(index: number): Lowered {
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    const constant = this.#stored.get(index);
    if (constant === undefined) throw new CannotLower(`"${this.info(index).name}" is used before it is computed`);
    const { quantization } = this.info(index);
    const lowered = this.#constant(quantization ? floatsOf(constant, quantization, true) : constant);
    this.#known.set(index, lowered);
    return lowered;
  }

  /** What a call gave; undefined if none has, or if the file has it. */
  computed(index: number): Lowered | undefined {
    return this.#known.get(index);
  }

  steps(index: number): Steps | undefined {
    const known = this.#steps.get(index);
    if (known !== undefined) return known;
    const constant = this.#stored.get(index);
    const { quantization } = this.info(index);
    if (constant === undefined || quantization === undefined) return undefined;
    const { scales, zeroPoints } = quantization;
    const lowered = this.#constant(floatsOf(constant, quantization, false));
    const steps = { ...lowered, scales, zeroPoint: zeroPoints[0] ?? 0 };
    this.#steps.set(index, steps);
    return steps;
  }

  /** Makes a tensor an input of the graph. @throws CannotLower when it cannot be one. */
  enter(index: number, name: string): Value {
    const { dims, signature } = this.info(index);
    if (signature.some((size, axis) => axis > 0 && size < 0)) {
      throw new CannotLower(
        `its signature [${signature.join(', ')}] leaves the size of images open; convert the model for one size, such as [1, 224, 224, 3]`,
      );
    }
    const type = this.#typeOf(index);
    this.define(index, { value: name, dims, channelsFirst: false, type });
    return { name, type, dims };
  }

  /** The value of a tensor as an output of the graph, which has a node of its own. */
  leave(index: number): string {
    return this.build.op('Identity', [lastOf(this.tensor(index), this.build)]);
  }

  /**
   * Takes what a call gave; where the file says that it has few bits, it is rounded to them.
   * @throws CannotLower when it is not what the file says.
   */
  define(index: number, given: Lowered): void {
    const { dims, signature, quantization } = this.info(index);
    // No axes may also stand for an unknown number of them.
    const isStated =
      dims.length === 0 ||
      (dims.length === given.dims.length &&
        given.dims.every((size, axis) => size === dims[axis] || signature[axis] === -1));
    if (!isStated) {
      throw new CannotLower(`it gives [${given.dims.join(', ')}] where the file says [${dims.join(', ')}]`);
    }
    if (given.type !== this.#typeOf(index)) {
      throw new CannotLower(`it gives ${given.type} where the file says ${this.info(index).type}`);
    }
    if (elementCount(given.dims) > mostNumbers) throw new CannotLower(`it gives [${given.dims.join(', ')}]`);
    this.#known.set(index, quantization ? this.#round(index, given, quantization) : given);
  }

  #typeOf(index: number): ElementType {
    const { type, quantization } = this.info(index);
    const found = quantization ? 'float32' : elementTypeOf(type);
    if (found === undefined) throw new CannotLower(`its type is ${type}`);
    return found;
  }

  #constant(constant: Constant): Lowered {
    const { dims, type } = constant;
    return { value: this.build.constant(constant), dims, channelsFirst: false, type };
  }

  /** q = clamp(round(x / scale) + zero point), of which x is then scale · (q − zero point). */
  #round(index: number, given: Lowered, { scales, zeroPoints }: Quantization): Lowered {
    const { build } = this;
    const { type, name } = this.info(index);
    const [scale = 0, zero = 0] = [scales[0], zeroPoints[0]];
    if (type !== 'int8' && type !== 'uint8') {
      throw new CannotLower(`"${name}" is computed in the type ${type}; convert the model with 8-bit activations`);
    }
    if (scales.length !== 1 || !(scale > 0)) throw new CannotLower(`"${name}" has no scale`);
    // Between types with a sign and without one, the same numbers are only called otherwise.
    const grid = `${scale} ${type === 'int8' ? zero + 128 : zero}`;
    const same = this.#rounded.get(given.value);
    if (same?.grid === grid) {
      this.#steps.set(index, { ...same.steps, zeroPoint: zero });
      return given;
    }
    const zeroPoint = build.constant({ type, dims: [], data: new Uint8Array([zero & 0xff]) });
    const codes = build.op('QuantizeLinear', [given.value, build.floats(scale), zeroPoint]);
    const numbers = build.op('Cast', [codes], { to: elementTypes.float32 });
    const steps = {
      ...given,
      value: zero === 0 ? numbers : build.sub(numbers, build.floats(zero)),
      scales: [scale],
      zeroPoint: zero,
    };
    const value = build.scale(steps.value, scale);
    this.#steps.set(index, steps);
    this.#rounded.set(value, { grid, steps });
    return { ...given, value };
  }
}

/** Whole numbers of few bits as float32: what they stand for, or only without their zero point. */
function floatsOf(constant: Constant, { scales, zeroPoints, axis }: Quantization, isScaled: boolean): Constant {
  const { dims } = constant;
  const count = scales.length === 1 ? 1 : dims[axis];
  if (count !== scales.length || (zeroPoints.length > 1 && zeroPoints.length !== count)) {
    throw new CannotLower(`${scales.length} scales do not fit [${dims.join(', ')}]`);
  }
  const inner = scales.length === 1 ? 1 : elementCount(dims.slice(axis + 1));
  const values = Float32Array.from(numbersOf(constant), (number, index) => {
    const at = Math.floor(index / inner) % count;
    const step = number - (zeroPoints[zeroPoints.length === 1 ? 0 : at] ?? 0);
    return isScaled ? step * (scales[at] as number) : step;
  });
  return floatConstant(values, dims);
}
