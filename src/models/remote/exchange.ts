import http from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { inGigabytes, mostOfFile } from '../../data/memory.ts';

/** What is sent: a GET without a body, else a POST. */
export interface HttpRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What came back, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** What servers, or what stands before them, compress with although nobody asks them to. */
const unpackers: ReadonlyMap<string, (packed: Buffer, limit: { maxOutputLength: number }) => Promise<Buffer>> = new Map(
  [
    ['gzip', promisify(gunzip)],
    ['x-gzip', promisify(gunzip)],
    ['deflate', promisify(inflate)],
    ['br', promisify(brotliDecompress)],
  ],
);

/** Connections stay open for the next request, but for less time than servers usually wait for it, which is 5 s or more. */
const keeping = { keepAlive: true, timeout: 4000 };
const agent = new http.Agent(keeping);
const secureAgent = new https.Agent(keeping);

/**
 * Sends a request and reads the answer to its end. Redirects are not followed: the headers, with a secret among them, would
 * go to whoever is named. Not by `fetch`, which takes twice the time of small requests.
 * @param timeout seconds until the answer must be there
 * @throws an error named `TimeoutError` after that, one of the system's with its code, or another one where the answer is longer
 * than a file may be, or compressed in a way that cannot be unpacked.
 */
export function exchange(request: HttpRequest, timeout: number): Promise<HttpAnswer> {
  const { url, headers = {}, body } = request;
  const address = new URL(url);
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sent =
      address.protocol === 'https:'
        ? https.request(address, { method, headers, agent: secureAgent })
        : http.request(address, { method, headers, agent });
    const timer = setTimeout(() => {
      const error = new DOMException(`no answer within ${timeout} s`, 'TimeoutError');
      sent.destroy(error);
      reject(error);
    }, 1000 * timeout);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      if (!sent.reusedSocket || !isClosed) return fail(error);
      // The server closed a connection that it had kept, before it saw the request.
      clearTimeout(timer);
      exchange(request, timeout).then(resolve, reject);
    });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', fail);
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length <= mostOfFile()) return;
        response.destroy(tooLong());
      });
      response.on('end', () => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers } = response;
        unpacked(Buffer.concat(chunks), headers['content-encoding']).then(
          (bytes) => resolve({ status, headers, bytes }),
          reject,
        );
      });
    });
    sent.end(body);
  });
}

/** @throws an error where what comes out is longer than a file may be, or nothing does. */
async function unpacked(bytes: Buffer, encoding = 'identity'): Promise<Buffer> {
  const unpack = unpackers.get(encoding.trim().toLowerCase());
  if (unpack === undefined) return bytes;
  return unpack(bytes, { maxOutputLength: mostOfFile() }).catch((error) => {
    if (error.code !== 'ERR_BUFFER_TOO_LARGE') throw new Error(`its answer cannot be unpacked as ${encoding}`);
    throw tooLong();
  });
}

function tooLong(): Error {
  return new Error(`its answer is longer than ${inGigabytes(mostOfFile())}`);
}
