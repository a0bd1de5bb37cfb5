import { UserError } from '../../userError.ts';
import type { HttpAnswer } from './exchange.ts';

/** A request that was not answered, and whether it may be at another time. */
export interface Failure {
  readonly error: UserError;
  /** True if the same request may be answered later. */
  readonly passes: boolean;
  /** True if there is nobody to ask. */
  readonly isUnreachable?: boolean;
  /** Seconds that the server asks to wait. */
  readonly retryAfter?: number;
}

/** The server answered that it does not do what it was asked. */
export class Refused extends UserError {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** What to do about a status. */
const advice: Readonly<Record<number, string>> = {
  404: 'Check "url" of this model\'s endpoint, and that the model is loaded.',
  413: 'The request is too large: set a smaller "batchSize" of this model\'s endpoint.',
  415: 'If it takes no PNG images, use another way to reach the model: in JPEG, changes of a few gray levels are lost.',
  429: 'It allows fewer requests: set "requestsPerSecond" of this model\'s endpoint, or a longer "retryFor".',
};

const passing = [429, 502, 503, 504];

/** An answer with a status that is no success. @param answer what it says, in quotes */
export function refusal(url: string, { status, headers }: HttpAnswer, answer: string, secret?: string): Failure {
  const passes = passing.includes(status);
  const retryAfter = secondsIn(headers['retry-after']);
  return { error: new Refused(words(url, status, headers, answer, secret), status), passes, retryAfter };
}

function words(
  url: string,
  status: number,
  headers: HttpAnswer['headers'],
  answer: string,
  secret: string | undefined,
): string {
  if (status >= 300 && status < 400) {
    const place = headers.location ?? 'another address';
    return `${url} redirects to ${place}, which is not followed. Set that as "url" of this model's endpoint.`;
  }
  const common = `${url} refuses the request with status ${status}: ${answer}`;
  if (status === 401 || status === 403) {
    return secret === undefined
      ? `${common} Name a secret as "secret" of this model's endpoint.`
      : `${common} Check the value of the secret ${secret}.`;
  }
  const tooBusy = passing.includes(status) ? 'It was tried for as long as "retryFor" says.' : '';
  return `${common} ${advice[status] ?? tooBusy}`.trimEnd();
}

/** Seconds of a `Retry-After`: a number, or a date. */
function secondsIn(value: string | undefined): number {
  if (value === undefined) return 0;
  const seconds = /^\d+$/.test(value.trim()) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Math.max(seconds || 0, 0);
}

/** Codes of connections that were lost, or could not be made for now. */
const lost = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);
const unreachable = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND']);

/** A request that got no answer. @param timeout seconds that it had */
export function connectionFailure(url: string, error: unknown, timeout: number): Failure {
  if (error instanceof Error && error.name === 'TimeoutError') {
    const remedy = 'Set a longer "timeout" of this model\'s endpoint, or a smaller "batchSize".';
    return { error: new UserError(`${url} did not answer within ${timeout} s. ${remedy}`), passes: true };
  }
  const code = codeOf(error);
  const isUnreachable = unreachable.has(code);
  const remedy = isUnreachable ? 'Check "url" of this model\'s endpoint, and that the server runs.' : 'Try again.';
  const message = `${url} cannot be asked: ${reasonOf(error, code)}. ${remedy}`;
  return { error: new UserError(message, { cause: error }), passes: isUnreachable || lost.has(code), isUnreachable };
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOTFOUND: 'there is no host of this name (ENOTFOUND)',
  ECONNRESET: 'the connection was lost (ECONNRESET)',
};

function reasonOf(error: unknown, code: string): string {
  return reasons[code] ?? (error instanceof Error ? error.message || error.name : String(error));
}

/** The code of what made a request fail; of several addresses that were tried, the first. */
function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: string; errors?: readonly { code?: string }[] };
  return code ?? errors?.[0]?.code ?? '';
}
