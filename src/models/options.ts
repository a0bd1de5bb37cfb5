import type { RuntimeOptions } from './onnx/session/runtime.ts';

/** How models are computed with, whichever they are. (TensorFlow.js has its own options: see `configureTensorFlow`.) */
export interface ModelOptions extends RuntimeOptions {
  /** "tensorflow" keeps layers models on TensorFlow.js; else they go to the faster ONNX Runtime where they can. */
  readonly runtime?: string;
}
