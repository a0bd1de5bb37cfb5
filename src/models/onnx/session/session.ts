import type { Model } from '../graph/graph.ts';
import type { Provider } from './providers.ts';

/** Numbers that enter or leave a session. */
export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView & { readonly buffer: ArrayBufferLike };
}

/** A graph that is ready to run. */
export interface Session {
  /** Dimensions of the outputs whose size follows from the graph alone. */
  readonly sizes: ReadonlyMap<string, readonly number[]>;
  /** @param outputs the requested ones; all if missing. */
  run(
    inputs: Readonly<Record<string, RuntimeTensor>>,
    outputs?: readonly string[],
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  close(): Promise<void>;
}

/** How ONNX Runtime should compute. */
export interface RuntimeOptions {
  /** What it computes with: `auto` takes the first accelerator that computes correctly. The processor if missing. */
  readonly provider?: string;
  /** Threads of the native build; its own choice if missing. */
  readonly threads?: number;
  /** Memory limit of a model in bytes; a quarter of the machine's memory if missing. */
  readonly memory?: number;
  /** The built entry point of a thread for it to compute in (see `thread.ts`); it computes in this one if missing. */
  readonly thread?: string;
}

/** How a graph is to be opened, see `Runtime`. */
export interface SessionOptions {
  readonly optimize?: boolean;
  readonly isQuick?: boolean;
}

/** Facts about ONNX Runtime on this machine. */
export interface RuntimeDescription {
  /** As reports name it: version and provider. */
  readonly name: string;
  readonly provider: Provider;
  /** Why it is not the requested provider, and what to do about it. */
  readonly reason?: string;
  readonly repair?: string;
}

/** ONNX Runtime on one provider. */
export interface Runtime extends RuntimeDescription {
  /** Memory limit of a model in bytes. */
  readonly memory: number;
  /** True if it computes in a thread of its own. */
  readonly isThreaded?: boolean;
  /**
   * @param options.optimize false for a graph that is run once.
   * @param options.isQuick true for a graph that is done before it would pay to have another thread, or several, run it.
   * @throws Error of ONNX Runtime when it rejects the model.
   */
  open(model: Model, options?: SessionOptions): Promise<Session>;
}
