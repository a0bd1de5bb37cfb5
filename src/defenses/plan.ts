import type { DatasetSource } from '../data/source.ts';
import type { ModelSource } from '../models/source.ts';
import type { Preset } from '../parameters/parameter.ts';
import type { ConfiguredAttack } from '../runner/configuredAttack.ts';

/** What detectors and training defenses have in common, with everything resolved. Plain data; paths are absolute. */
interface Plan {
  /** Its name in the settings. */
  readonly name: string;
  /** Id in the catalog. */
  readonly kind: string;
  readonly model: ModelSource;
  readonly dataset: DatasetSource;
  /** Folder that the result is written into. */
  readonly path: string;
  readonly preset: Preset;
  /** Parameters that the settings give; the preset has the rest. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Where the settings define it; lines count from 1. */
  readonly origin: { readonly file: string; readonly line: number };
}

/** A detector to be fitted: an entry of `perturb.detectors`. */
export interface DetectorPlan extends Plan {
  /** Attacks whose examples it learns from (where it learns from any) and is judged on. */
  readonly attacks: readonly ConfiguredAttack[];
  /** Attacks that it is judged on and has not seen. */
  readonly heldOut: readonly ConfiguredAttack[];
  /** Fraction of clean images that it may reject: sets its threshold. */
  readonly falsePositiveRate: number;
}

/** A model to be hardened: an entry of `perturb.defenses`. */
export interface DefensePlan extends Plan {
  /** Images that early stopping and the curves are measured on; a part of the dataset is set aside where it is missing. */
  readonly validation?: DatasetSource;
}
