import type { ImageShape, Pixels } from '../../data/image.ts';
import type { Attempt } from '../attackDefinition.ts';
import type { Asking } from '../dialogue.ts';

/** What a method knows of an attempt. */
export interface MethodContext extends Pick<Attempt<object>, 'shape' | 'goal' | 'budget' | 'random'> {
  /** How many views of a point it takes a gradient at. */
  readonly copies: number;
}

/** The gradient that is to be followed from a point, asked of the surrogate; of the length of an image. */
export type Direction = (x: Pixels) => Asking<Float64Array>;

/** A way to gradients that mean something to other models than the surrogate. */
export interface Method {
  readonly title: string;
  readonly description: string;
  readonly source: string;
  /** How many views of each point it takes a gradient at, where settings do not say. */
  readonly copies: number;
  /** How many points a step takes a gradient at, of images of this shape. */
  cost(copies: number, shape: ImageShape): number;
  /** Begins an attack on one image. */
  begin(context: MethodContext): Direction;
}
