import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { limitReading } from '../../../../src/data/memory.ts';
import { exchange } from '../../../../src/models/remote/exchange.ts';

describe('an exchange with a server', () => {
  const running: Server[] = [];
  afterEach(() => {
    for (const server of running.splice(0)) server.close().closeAllConnections();
  });
  /** A server that answers with the number of the request on its connection, and ends those in which it is too much. */
  const serve = async (mostOnOne: number) => {
    const counts = new Map<Socket, number>();
    const server = createServer((request, response) => {
      const count = (counts.get(request.socket) ?? 0) + 1;
      counts.set(request.socket, count);
      if (count > mostOnOne) request.socket.destroy();
      else request.resume().on('end', () => response.end(String(count)));
    }).listen(0, '127.0.0.1');
    running.push(server);
    await once(server, 'listening');
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, counts };
  };
  const ask = async (url: string) => (await exchange({ url, body: 'x' }, 10)).bytes.toString();

  it('keeps its connection', async () => {
    const { url, counts } = await serve(Infinity);
    const answers = [await ask(url), await ask(url), await ask(url)];
    assert.deepEqual(answers, ['1', '2', '3']);
    assert.equal(counts.size, 1);
  });

  it('takes a new connection where the server has closed the one that it kept', async () => {
    const { url, counts } = await serve(1);
    const answers = [await ask(url), await ask(url), await ask(url)];
    assert.deepEqual(answers, ['1', '1', '1']);
    assert.equal(counts.size, 3);
  });

  it('ends an answer that has no end', async () => {
    const server = createServer((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(1000)));
        response.once('drain', more);
      };
      more();
    }).listen(0, '127.0.0.1');
    running.push(server);
    await once(server, 'listening');
    limitReading(2e5);
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      await assert.rejects(ask(url), /its answer is longer than 0\.1 MB/);
    } finally {
      limitReading();
    }
  });

  it('unpacks what a server compresses unasked, as far as there is room', async () => {
    const text = 'scores '.repeat(20_000);
    const packed = {
      gzip: gzipSync(text),
      deflate: deflateSync(text),
      br: brotliCompressSync(text),
      identity: Buffer.from(text),
    };
    let [encoding, bytes] = ['', Buffer.alloc(0)];
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes);
    }).listen(0, '127.0.0.1');
    running.push(server);
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    for ([encoding, bytes] of Object.entries(packed)) assert.equal(await ask(url), text, encoding);
    [encoding, bytes] = ['gzip', packed.br];
    await assert.rejects(ask(url), /its answer cannot be unpacked as gzip/);
    [encoding, bytes] = ['gzip', packed.gzip];
    limitReading(2e5);
    try {
      await assert.rejects(ask(url), /its answer is longer than 0\.1 MB/);
    } finally {
      limitReading();
    }
  });

  it('fails where a new connection is lost as well', async () => {
    const { url } = await serve(0);
    await assert.rejects(ask(url), { code: 'ECONNRESET' });
  });
});
