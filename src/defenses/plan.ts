import type { DatasetSource } from '../data/source.ts';
import type { ModelSource } from '../models/source.ts';
import type { Preset } from '../parameters/parameter.ts';
import type { ConfiguredAttack } from '../runner/configuredAttack.ts';
import type { Secrets } from '../secrets.ts';

/** What detectors, surrogates, generators, and training defenses have in common, with everything resolved. Plain data; paths are absolute. */
interface Plan {
  /** Its name in the settings. */
  readonly name: string;
  /** Id in the catalog. */
  readonly kind: string;
  readonly model: ModelSource;
  readonly dataset: DatasetSource;
  /** Folder for the result. */
  readonly path: string;
  readonly preset: Preset;
  /** Parameters from the settings; the preset has the rest. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** What is to be kept from cards and messages. */
  readonly secrets?: Secrets;
  /** Where the settings define it; lines count from 1. */
  readonly origin: { readonly file: string; readonly line: number };
}

/** A detector to fit: an entry of `perturb.detectors`. */
export interface DetectorPlan extends Plan {
  /** Attacks whose examples it learns from (if any) and is evaluated on. */
  readonly attacks: readonly ConfiguredAttack[];
  /** Unseen attacks that it is evaluated on. */
  readonly heldOut: readonly ConfiguredAttack[];
  /** Fraction of clean images that it may reject: sets its threshold. */
  readonly falsePositiveRate: number;
}

/** A surrogate to train for a model: an entry of `perturb.surrogates`. */
export interface SurrogatePlan extends Plan {
  /** The model whose layers it has, with new weights; if missing, a network that is chosen by the size of the images. */
  readonly architecture?: ModelSource;
}

/** A generator to train for a model: an entry of `perturb.generators`. */
export interface GeneratorPlan extends Plan {
  /** Images that the curves are measured on; if missing, a part of the dataset is set aside. */
  readonly validation?: DatasetSource;
  /** The model whose gradients are followed in place of the model's own. */
  readonly surrogate?: ModelSource;
  /** The class that images are to be taken for; any wrong one if missing. */
  readonly target?: string;
}

/** A model to harden: an entry of `perturb.defenses`. */
export interface DefensePlan extends Plan {
  /** Images that early stopping and the curves are measured on; if missing, a part of the dataset is set aside. */
  readonly validation?: DatasetSource;
}
