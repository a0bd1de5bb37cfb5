import type { RuntimeOptions } from './onnx/session/session.ts';

/** How to compute any model. (TensorFlow.js has its own options: see `configureTensorFlow`.) */
export interface ModelOptions extends RuntimeOptions {
  /** "tensorflow" keeps layers models on TensorFlow.js; otherwise they run on the faster ONNX Runtime if possible. */
  readonly runtime?: string;
}
