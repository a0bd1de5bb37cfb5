import type { Handler, Received, Reply } from './httpServer.ts';

/** What goes wrong with a request: instead of passing it on, or with what comes back. */
export type Fault =
  | { readonly reply: Reply }
  /** Milliseconds until it is passed on. */
  | { readonly delay: number }
  /** Changes the JSON of the answer. */
  | { readonly change: (answer: never) => unknown };

/**
 * Passes requests on to another server, with faults.
 * @param faultOf what goes wrong with the POST of this number, counted from 0.
 * @param onAnswered called with each request that the server has answered.
 */
export function faultProxy(
  target: string,
  faultOf: (index: number, request: Received) => Fault | undefined,
  onAnswered: (request: Received) => void = () => {},
): Handler {
  let posts = 0;
  return async (request) => {
    const fault = request.method === 'POST' ? faultOf(posts++, request) : undefined;
    if (fault && 'reply' in fault) return fault.reply;
    if (fault && 'delay' in fault) await new Promise((resolve) => setTimeout(resolve, fault.delay));
    const { 'content-length': _, connection: __, host: ___, ...headers } = request.headers;
    const answer = await fetch(`${target}${request.path}`, {
      method: request.method,
      headers: headers as Record<string, string>,
      ...(request.method === 'POST' && { body: new Uint8Array(request.body) }),
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (answer.ok) onAnswered(request);
    const kept = [...answer.headers].filter(([name]) => /^(content-type|inference-)/.test(name));
    const common = { status: answer.status, headers: Object.fromEntries(kept) };
    if (!fault || !('change' in fault)) return { ...common, body: bytes };
    const changed = fault.change(JSON.parse(new TextDecoder().decode(bytes)) as never);
    return { ...common, body: JSON.stringify(changed) };
  };
}
