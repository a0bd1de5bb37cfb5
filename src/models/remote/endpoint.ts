import type { AnswerKind } from '../interpretation.ts';
/** How images go to a server: as numbers, or as 8-bit PNG in base64. */
export const imageForms = ['tensor', 'png'] as const;
export type ImageForm = (typeof imageForms)[number];

/** A model that is asked over HTTP, as the settings state it. Plain data; times in seconds. */
export interface Endpoint {
  readonly url: string;
  /** Sent with every request; `${secret}` stands for the secret. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of a secret, sent as a bearer token unless a header has it. */
  readonly secret?: string;
  /** For servers without a known protocol: the body of a request, with `${image}` where an image goes. */
  readonly request?: unknown;
  /** JSONPath to the scores in the answer to such a request. */
  readonly scores?: string;
  /** JSONPath to the class names of the scores, where these are in another order. */
  readonly names?: string;
  /** JSONPath to the predicted class, for servers that say no more. */
  readonly label?: string;
  /** Default: what the server says that it takes. */
  readonly images?: ImageForm;
  /** Default: what the first answers look like. */
  readonly answers?: AnswerKind;
  /** Most images in a request. */
  readonly batchSize?: number;
  /** Most requests at a time. */
  readonly concurrency?: number;
  readonly requestsPerSecond?: number;
  /** How long one request may take. */
  readonly timeout?: number;
  /** How long a request that fails is tried again. */
  readonly retryFor?: number;
  /** What one image costs, in any currency. */
  readonly costPerQuery?: number;
  /** Most images that one test may ask about. */
  readonly maximumQueries?: number;
}
