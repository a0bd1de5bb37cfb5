import type * as tfl from '@tensorflow/tfjs-layers';
import type { Pixels } from '../../data/image.ts';
import type { Preprocessing } from '../../models/preprocessing.ts';
import type { ParametersOf } from '../../parameters/parameter.ts';
import type { ConfiguredAttack } from '../../runner/configuredAttack.ts';
import type { DetectorState, NamedArray } from '../detectors/detectorDefinition.ts';
import type { CommonParameters } from './commonParameters.ts';
import type { LabeledPixels, Objective } from './objective.ts';

/** Arrays that a defense stores, by name. */
export type Prepared = Readonly<Record<string, NamedArray>>;

/** What a defense works with to prepare data once, before training. */
export interface PreparationContext {
  /** The given model, ending in logits. It must not be changed. */
  readonly model: tfl.LayersModel;
  readonly preprocessing: Preprocessing;
  readonly training: LabeledPixels;
  readonly seed: number;
  readonly signal: AbortSignal;
  /**
   * Misclassified examples that attacks make of the training images that the given model gets right, with the true
   * class.
   * @throws UserError when there is nothing to attack, or no attack succeeds.
   */
  craft(
    attacks: readonly ConfiguredAttack[],
  ): Promise<readonly { readonly pixels: Pixels; readonly label: number; readonly attack: string }[]>;
  /** Progress, from 0 to 1. */
  onProgress(fraction: number): void;
}

/**
 * Everything about a training defense: settings schema, quick pick, help and documentation come from here. Slow
 * imports, such as TensorFlow.js, are loaded where they are used.
 */
export interface DefenseDefinition<P extends CommonParameters = CommonParameters & Record<string, unknown>> {
  /** Its name in settings. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  /** What the hardened model is still vulnerable to, in a sentence for its card. */
  readonly limits: string;
  readonly parameters: ParametersOf<P>;
  /** The attacks on the given model whose examples it learns from, if it learns from a stored set. */
  attacks?(parameters: P): readonly ConfiguredAttack[];
  /**
   * What is made once, from the given model, before training: stored with the checkpoint, so that a resumed training
   * does not make it again.
   */
  prepare?(context: PreparationContext, parameters: P): Promise<Prepared>;
  /**
   * The network that is trained, if it is not just the given model: its first output is the logits that decide. It may
   * share the layers of `model`, a copy of the given model that ends in logits. Called again when training is resumed,
   * so its architecture may depend only on its arguments; new weights may be drawn with `seed`.
   */
  extend?(model: tfl.LayersModel, parameters: P, seed: number): Promise<tfl.LayersModel>;
  objective(parameters: P, prepared: Prepared): Promise<Objective>;
  /**
   * The detector that belongs to the hardened model, made in the same training: an id in the catalog of detectors, its
   * state, the threshold above which it rejects, and the ids of the attacks that it has seen. It is written beside the model (`writeDetector`), bound to it.
   */
  detector?(
    parameters: P,
    prepared: Prepared,
  ): {
    readonly kind: string;
    readonly state: DetectorState;
    readonly threshold: number;
    readonly seen: readonly string[];
  };
}
