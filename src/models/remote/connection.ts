import { setTimeout as wait } from 'node:timers/promises';
import { hide, hiding, type Secrets } from '../../secrets.ts';
import { UserError } from '../../userError.ts';
import type { Endpoint } from './endpoint.ts';
import { exchange, type HttpAnswer, type HttpRequest } from './exchange.ts';
import { connectionFailure, type Failure, refusal } from './failure.ts';
import { Pace } from './pace.ts';
import { environmentVariableOf } from './secret.ts';
import { Slots } from './slots.ts';

/** Requests at a time, where the settings do not say. */
export const defaultConcurrency = 2;
const defaultTimeout = 30;
const defaultRetryFor = 60;
/** Milliseconds before the first and, doubled each time, before later attempts. */
const firstPause = 250;
const longestPause = 10_000;

/**
 * The way to a server. Failures that may pass (busy, restarting, a lost connection, no answer in time) are tried again after
 * pauses that double, for as long as the settings say; a server may ask for longer ones (`Retry-After`).
 */
export class Connection {
  readonly #endpoint: Endpoint;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secrets: Secrets;
  readonly #pace: Pace;
  readonly #slots: Slots;

  /** @param secret its value, where the endpoint names one. */
  constructor(endpoint: Endpoint, secret: string | undefined) {
    this.#endpoint = endpoint;
    this.#headers = headersOf(endpoint, secret);
    this.#secrets = endpoint.secret && secret ? { [environmentVariableOf(endpoint.secret)]: secret } : {};
    this.#pace = new Pace(endpoint.requestsPerSecond);
    this.#slots = new Slots(endpoint.concurrency ?? defaultConcurrency);
  }

  /**
   * Sends a request when no more than the settings allow are on their way, and returns an answer with a status of success.
   * @param options `isFirst`: a server that cannot be reached at all is not waited for.
   * @throws Refused when the server refuses it, another UserError when there is no answer; neither has the secret in it.
   */
  async send(request: HttpRequest, { isFirst = false } = {}): Promise<HttpAnswer> {
    return hiding(this.#secrets, () => this.#slots.use(() => this.#sendUntilAnswered(request, isFirst)));
  }

  /** The JSON of an answer, without the secret. @throws UserError when it is none. */
  json(request: HttpRequest, bytes: Uint8Array): unknown {
    const text = hide(new TextDecoder().decode(bytes), this.#secrets);
    try {
      return JSON.parse(text);
    } catch {
      throw new UserError(
        `${request.url} answered what is not JSON: ${excerpt(text)} Check "url" of this model's endpoint.`,
      );
    }
  }

  async #sendUntilAnswered(request: HttpRequest, isFirst: boolean): Promise<HttpAnswer> {
    const { retryFor = defaultRetryFor } = this.#endpoint;
    const end = performance.now() + 1000 * retryFor;
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
      const result = await this.#sendOnce(request);
      if (!('error' in result)) return result;
      const { error, passes, isUnreachable = false, retryAfter = 0 } = result;
      if (!passes || (isFirst && isUnreachable)) throw error;
      const rest = Math.max(pause, 1000 * retryAfter);
      if (performance.now() + rest > end) throw error;
      await wait(rest);
    }
  }

  async #sendOnce({ url, headers, body }: HttpRequest): Promise<HttpAnswer | Failure> {
    const { timeout = defaultTimeout, secret } = this.#endpoint;
    await this.#pace.turn();
    try {
      // A few numbers are sooner sent than compressed.
      const all = { 'accept-encoding': 'identity', 'user-agent': 'perturb', ...headers, ...this.#headers };
      const answer = await exchange({ url, headers: all, ...(body !== undefined && { body }) }, timeout);
      if (answer.status >= 200 && answer.status < 300) return answer;
      return refusal(url, answer, excerpt(answer.bytes.toString()), secret);
    } catch (error) {
      return connectionFailure(url, error, timeout);
    }
  }
}

function headersOf({ headers = {}, secret: name }: Endpoint, secret: string | undefined): Record<string, string> {
  if (name === undefined || secret === undefined) return { ...headers };
  const isPlaced = Object.values(headers).some((value) => value.includes(placeholder));
  const filled = Object.entries(headers).map(([key, value]) => [key, value.replaceAll(placeholder, () => secret)]);
  return { ...(!isPlaced && { authorization: `Bearer ${secret}` }), ...Object.fromEntries(filled) };
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: settings have it in them
const placeholder = '${secret}';

/** The beginning of a text in one line and in quotes, for a message. */
export function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? '(nothing).' : `“${line.length > 200 ? `${line.slice(0, 200)}…` : line}”.`;
}
