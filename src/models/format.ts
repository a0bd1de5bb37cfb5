import type { Model } from './onnx/graph/graph.ts';
import type { OpenedModel } from './openedModel.ts';
import type { ModelOptions } from './options.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { Templates } from './verification/templates.ts';

/** What the settings say about a model besides its path, and how to compute it. */
export interface OpenOptions extends ModelOptions {
  /** Overrides the file. */
  readonly preprocessing?: Preprocessing;
  /** Class names, in the order of the logits. */
  readonly classes?: readonly string[];
  /** Side length in pixels of the images, for models that accept any size. */
  readonly size?: number;
  /** Shape of one image in the model's axis order, for a model that leaves it open. */
  readonly input?: readonly number[];
  /** Name of the output that holds the scores, for a model with several. */
  readonly output?: string;
  /** The output is an embedding, to be had as it is, at unit length, or compared with templates. */
  readonly embedding?: 'alone' | Templates;
}

/**
 * What the graph of a model depends on: how much memory its weights may take, the shape of one image, and for a file with
 * several graphs the output, which tells the one that is meant.
 */
export type LoweringOptions = Pick<OpenOptions, 'memory' | 'input' | 'output'>;

/** A file format of models. */
export interface ModelFormat {
  /** Plural, with the usual file name: "ONNX models (.onnx)". */
  readonly title: string;
  /** Glob pattern of the file names offered in lists and menus. */
  readonly pattern: string;
  /** The file names to look for when a path is a folder. */
  readonly fileName: RegExp;
  /** True if an existing path is a model of this format, judging by its name, and by its content where that does not tell. */
  matches(path: string, isFolder: boolean): boolean | Promise<boolean>;
  /**
   * Opens a model. Engines are imported here, since loading one is slow and other formats do not need it.
   * @throws UserError when the model is damaged or not an image classifier.
   */
  open(path: string, options: OpenOptions): Promise<OpenedModel>;
  /**
   * The whole model as an ONNX graph, with the scores that its file gives. Missing for ONNX itself.
   * @throws UserError when the model is damaged, or something in it has no counterpart in ONNX.
   */
  lower?(path: string, options: LoweringOptions): Promise<Model>;
}
