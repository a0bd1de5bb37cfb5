/** Asks the extension for the files that examples were read from, when they are shown. */
export class FileStore {
  readonly #ask: (example: number) => void;
  readonly #waiting = new Map<number, (answer: FileAnswer) => void>();

  /** @param ask requests the file of the example at an index; it arrives through `receive`. */
  constructor(ask: (example: number) => void) {
    this.#ask = ask;
  }

  receive({ example, ...answer }: FileAnswer & { readonly example: number }): void {
    this.#waiting.get(example)?.(answer);
    this.#waiting.delete(example);
  }

  /** The file of the example at an index, or why there is none. */
  load(example: number): Promise<FileAnswer> {
    const answer = new Promise<FileAnswer>((resolve) => this.#waiting.set(example, resolve));
    this.#ask(example);
    return answer;
  }
}

export interface FileAnswer {
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly reason?: string;
}
