import http from 'node:http';
import https from 'node:https';

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

/** Connections that stay open for the next request; idle ones keep no process running. */
const agent = new http.Agent({ keepAlive: true });
const secureAgent = new https.Agent({ keepAlive: true });

/**
 * Sends a request and reads the answer to its end. Redirects are not followed: the headers, with a secret among them, would
 * go to whoever is named. Not by `fetch`, which takes twice the time of small requests.
 * @param timeout seconds until the answer must be there
 * @throws an error named `TimeoutError` after that, or one of the system's with its code.
 */
export function exchange({ url, headers = {}, body }: HttpRequest, timeout: number): Promise<HttpAnswer> {
  const address = new URL(url);
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const request =
      address.protocol === 'https:'
        ? https.request(address, { method, headers, agent: secureAgent })
        : http.request(address, { method, headers, agent });
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(() => {
      fail(new DOMException(`no answer within ${timeout} s`, 'TimeoutError'));
      request.destroy();
    }, 1000 * timeout);
    request.on('error', fail);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', fail);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode as number, headers: response.headers, bytes: Buffer.concat(chunks) });
      });
    });
    request.end(body);
  });
}
