import type { FromTraining } from '../../src/page/trainingProtocol.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromTraining): void };

const api = acquireVsCodeApi();

/** Sends a message to the extension. */
export const post = (message: FromTraining): void => api.postMessage(message);
