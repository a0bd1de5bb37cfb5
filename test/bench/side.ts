/** What a side is asked for: to make a network of `saveNetwork` ready, or one turn of its work. */
export type Request =
  | { readonly kind: 'prepare'; readonly folder: string }
  | { readonly kind: 'time'; readonly batch: number; readonly task: string };

/** What a side answers: how long it took, or why it failed. */
export type Answer = { readonly milliseconds: number } | { readonly error: string };

/** One of the backends that `compareBackends` times: a process of its own. */
export interface Side {
  readonly kind: 'wasm' | 'native' | 'keras';
  readonly name: string;
  /** Has it do something; returns how many milliseconds it took. */
  ask(request: Request): Promise<number>;
  stop(): void;
}
