import { CannotLower } from '../../cannotLower.ts';
import type { GraphBuilder } from '../../onnx/graph/graphBuilder.ts';
import { elementType, type Program } from '../program.ts';
import type { Tensor } from './call.ts';

/** A tensor that shows a part of another, or all of it. */
interface View {
  readonly base: string;
  /** The value of the base once something was written into the view; missing if that is not known. */
  readonly writeBack: ((base: string, written: string) => string) | undefined;
}

/**
 * The tensors of a program in the graph, whose values never change: a program may write into a tensor, which then has
 * another value, and so have all that show it.
 */
export class Tensors {
  readonly #program: Program;
  readonly #build: GraphBuilder;
  readonly #values = new Map<string, string>();
  readonly #views = new Map<string, View>();
  /** Tensors that something else was written into, in a way that is not known. */
  readonly #stale = new Set<string>();
  readonly #names = new Map<string, string>();

  constructor(program: Program, build: GraphBuilder) {
    this.#program = program;
    this.#build = build;
  }

  /** The names of the tensors that were first given each value of the builder. */
  get names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  /** What the program says of a tensor. @throws CannotLower when it says nothing. */
  known(name: string): Omit<Tensor, 'value'> {
    const meta = this.#program.tensors.get(name);
    if (meta === undefined) throw new CannotLower(`the program does not describe its tensor "${name}"`);
    return { dims: meta.dims, strides: meta.strides, type: elementType(meta, name) };
  }

  /** @throws CannotLower when it has no value. */
  tensor(name: string): Tensor {
    const value = this.#values.get(name);
    if (value === undefined) throw new CannotLower(`its tensor "${name}" is not computed before`);
    if (this.#stale.has(name)) {
      throw new CannotLower(
        `its tensor "${name}" shares numbers with one that was written into; export the model without writing into parts of tensors`,
      );
    }
    return { value, ...this.known(name) };
  }

  define(name: string, value: string): void {
    this.#values.set(name, value);
    const isOwn = this.#build.nodes.at(-1)?.outputs.includes(value) ?? false;
    if (isOwn && !this.#names.has(value)) this.#names.set(value, name);
  }

  /** Defines a tensor that shows another. */
  view(name: string, base: string, value: string, writeBack: View['writeBack']): void {
    this.define(name, value);
    this.#views.set(name, { base, writeBack });
  }

  /** Gives a tensor that was written into its new value, and the tensors that it shows. */
  write(name: string, value: string): void {
    const root = this.#rootOf(name);
    const written = new Set<string>();
    let [at, now]: [string, string | undefined] = [name, value];
    for (;;) {
      if (now !== undefined) {
        this.#values.set(at, now);
        written.add(at);
      }
      const view = this.#views.get(at);
      if (view === undefined) break;
      const base = this.#values.get(view.base);
      now = now !== undefined && base !== undefined ? view.writeBack?.(base, now) : undefined;
      at = view.base;
    }
    for (const other of this.#values.keys()) {
      if (!written.has(other) && this.#rootOf(other) === root) this.#stale.add(other);
    }
  }

  /** A size that the program leaves open, as a list of one number: that of an input, or a multiple of it. */
  size(expression: string): string {
    const [, before = '1', symbol = '', after = '1'] =
      /^(?:(\d+)\*)?([A-Za-z_]\w*)(?:\*(\d+))?$/.exec(expression) ?? [];
    for (const { name, stored } of this.#program.inputs) {
      const axis = stored === undefined ? this.known(name).dims.indexOf(symbol) : -1;
      if (axis < 0) continue;
      const size = this.#build.slice(this.#build.op('Shape', [name]), [axis], [axis + 1], [0]);
      const factor = Number(before) * Number(after);
      return factor === 1 ? size : this.#build.mul(size, this.#build.ints([factor]));
    }
    throw new CannotLower(`it needs the size ${expression}, which is not that of an input`);
  }

  #rootOf(name: string): string {
    let at = name;
    for (let view = this.#views.get(at); view !== undefined; view = this.#views.get(at)) at = view.base;
    return at;
  }
}
