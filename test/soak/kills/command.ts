/** What still has to be there later: gives what is not, in words. */
export type Lost = () => Promise<string[]>;

/** A command that is killed, in a folder of its own, and given again. */
export interface Command {
  /** The command whose folder, with what it comes to undisturbed, this one begins with; an empty one where it is missing. */
  readonly basis?: string;
  /** Fills the folder with what the command needs. */
  prepare(folder: string): Promise<void>;
  /** What is given to the command line. */
  arguments(folder: string): readonly string[];
  /** What is given to it after a kill; the same where it is missing. */
  again?(folder: string): Promise<readonly string[]>;
  /** The folders that it writes. */
  outputs(folder: string): readonly string[];
  /** It is also given over what it has written before. */
  readonly isRepeated?: true;
  /** What is wrong in its outputs, whenever one looks, beside files that are torn. */
  faults?(folder: string): Promise<string[]>;
  /** Looks at what must not be lost from now on, whatever is killed. */
  remember?(folder: string): Promise<Lost>;
}
