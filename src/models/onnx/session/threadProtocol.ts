import type { Model } from '../graph/graph.ts';
import type { RuntimeDescription, RuntimeTensor, SessionOptions } from './session.ts';

/** What the thread that ONNX Runtime computes in can be asked. */
export interface ThreadFunctions {
  /** Starts ONNX Runtime (see `startRuntime`). */
  start(provider: string, threads: number): Promise<RuntimeDescription>;
  /** Opens a session of the runtime that was started so, and returns what identifies it, with its `sizes`. */
  open(
    provider: string,
    threads: number,
    model: Model,
    options: SessionOptions,
  ): Promise<{ readonly id: number; readonly sizes: ReadonlyMap<string, readonly number[]> }>;
  run(
    id: number,
    inputs: Readonly<Record<string, RuntimeTensor>>,
    outputs: readonly string[] | undefined,
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  close(id: number): Promise<void>;
}
