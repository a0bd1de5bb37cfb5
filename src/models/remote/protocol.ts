import type { ImageShape } from '../../data/image.ts';
import type { Batch } from '../classifier.ts';
import type { Connection } from './connection.ts';

/**
 * What a server says about each image of a request: numbers, a score for each class; or a single value, the index or name
 * of the predicted class.
 */
export type Reading = readonly (ArrayLike<number> | readonly string[])[];

/** How to ask one model on a server: the words of a protocol, after what the server and the settings say. */
export interface Protocol {
  /** As reports name what computes. */
  readonly title: string;
  readonly input: ImageShape;
  /** Images are rounded to the 8-bit grid on their way. */
  readonly rounds: boolean;
  /** Images go as PNG, which a server may decode, convert and resize in its own way. */
  readonly sendsPng: boolean;
  /** Most images in a request, where the server or the template takes no more. */
  readonly mostImages?: number;
  /** True where the server is known to answer with the predicted class alone. */
  readonly labelsOnly: boolean;
  /** What the server says of the model, as far as that stays the same while the model does. */
  readonly description: unknown;
  /** What was decided for the model, in a few words each. */
  readonly notes: readonly string[];
  /**
   * Asks about images, in one request.
   * @throws UserError when there is no answer, or it is not of the form that it should have.
   */
  ask(connection: Connection, images: Batch, options?: { readonly isFirst?: boolean }): Promise<Reading>;
}
