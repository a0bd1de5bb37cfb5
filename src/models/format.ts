import type { OpenedModel } from './openedModel.ts';
import type { ModelOptions } from './options.ts';
import type { Preprocessing } from './preprocessing.ts';

/** What settings state about a model besides its path, and how to compute with it. */
export interface OpenOptions extends ModelOptions {
  /** Replaces what the file states. */
  readonly preprocessing?: Preprocessing;
  /** Class names, in the order of the logits. */
  readonly classes?: readonly string[];
  /** Side length in pixels of the images, for models that accept any size. */
  readonly size?: number;
  /** Shape of one image in the order of the model's axes, for a model that leaves it open. */
  readonly input?: readonly number[];
  /** Name of the output that holds the scores, for a model with several. */
  readonly output?: string;
}

/** A file format of models. */
export interface ModelFormat {
  /** Plural, with the usual file name: "ONNX models (.onnx)". */
  readonly title: string;
  /** Glob pattern of the file names that lists and menus offer. */
  readonly pattern: string;
  /** The file names of models that are found when a path names their folder. */
  readonly fileName: RegExp;
  /** True if a path that exists is a model of this format, as far as its name tells. */
  matches(path: string, isFolder: boolean): boolean;
  /**
   * Opens a model. Engines are imported here, since loading one takes time that other formats need not spend.
   * @throws UserError when the model is damaged or not an image classifier.
   */
  open(path: string, options: OpenOptions): Promise<OpenedModel>;
}
