import type { FromWebview, ToWebview } from '../src/page/protocol.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const api = acquireVsCodeApi();
const delay = 100;
let pending: { readonly state: unknown } | undefined;

/** Sends a message to the extension. */
export const post = (message: FromWebview): void => api.postMessage(message);

/** The last saved state, from this page or from before it was reloaded. */
export function savedState(): unknown {
  flush();
  return api.getState();
}

/** Saves the state after a short delay, since panning changes it with every mouse move. */
export function saveState(state: unknown): void {
  if (!pending) setTimeout(flush, delay);
  pending = { state };
}

/** Calls back for every message from the extension. */
export function onMessage(receive: (message: ToWebview) => void): void {
  addEventListener('message', ({ data }) => receive(data as ToWebview));
}

function flush(): void {
  if (pending) api.setState(pending.state);
  pending = undefined;
}

addEventListener('pagehide', flush);
