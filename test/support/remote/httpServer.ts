import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that has come in whole. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** What a server does with a request: an answer, or a connection that ends without one. */
export type Reply =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array;
    }
  | 'drop';
export type Handler = (request: Received) => Reply | Promise<Reply>;

/** A server on loopback. */
export interface HttpServer {
  readonly url: string;
  /** Every request, the refused ones too. */
  readonly received: readonly Received[];
  /** Ends it at once, with its connections. */
  stop(): Promise<void>;
  /** Starts it again at the same address. */
  restart(): Promise<void>;
}

/** Starts a server at a free port. */
export async function startServer(handler: Handler): Promise<HttpServer> {
  const received: Received[] = [];
  const listen = async (port: number): Promise<Server> => {
    const server = createServer(async (message, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of message) chunks.push(chunk);
      const { method = '', url: path = '', headers } = message;
      const request = { method, path, headers, body: Buffer.concat(chunks) };
      received.push(request);
      // A proxy whose server is gone has no answer either.
      const reply = await Promise.resolve(handler(request)).catch(() => 'drop' as const);
      if (reply === 'drop') message.socket.destroy();
      else response.writeHead(reply.status ?? 200, reply.headers).end(reply.body);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
    async restart() {
      server = await listen(port);
    },
  };
}

/** Servers of the tests of the surrounding `describe`; each is stopped after its test. */
export function testServers(): (handler: Handler) => Promise<HttpServer> {
  const running: HttpServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });
  return async (handler) => {
    const server = await startServer(handler);
    running.push(server);
    return server;
  };
}

/** An answer in JSON. */
export function json(value: unknown, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
