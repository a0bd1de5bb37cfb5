import type { ParametersOf } from '../../parameters/parameter.ts';
import type { CommonParameters } from '../training/commonParameters.ts';

/** Parameters of every training of a surrogate. */
export type SurrogateParameters = Omit<CommonParameters, 'epsilon' | 'patience'>;

/** How often the model may be asked, and about what. */
export interface Asking {
  /** Times that the images are augmented. */
  readonly rounds: number;
  /** How far an image is moved in each value, in units of the pixel range [0, 1]. */
  readonly reach: number;
  /** Questions to the model, at most. */
  readonly queries: number;
}

/** Everything about a way to train a surrogate: settings schema, quick pick, help and documentation come from here. */
export interface SurrogateDefinition<P extends SurrogateParameters = SurrogateParameters & Record<string, unknown>> {
  /** Its name in settings. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly parameters: ParametersOf<P>;
  /** How the model is asked for the labels of images; missing if it is not asked at all. */
  asking?(parameters: P): Asking;
}
