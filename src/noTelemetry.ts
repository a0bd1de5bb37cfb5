/** What keeps libraries from reporting what they are used for: ONNX Runtime would send names of models and hashes of weights. */
export const noTelemetry = { ORT_DISABLE_TELEMETRY: '1' };

/**
 * Keeps libraries that this process loads from now on from reporting what they are used for. To be called in its main
 * thread: threads that it starts have an environment of their own, which native libraries do not see.
 */
export function disableTelemetry(): void {
  Object.assign(process.env, noTelemetry);
}
