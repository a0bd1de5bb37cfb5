import type { DatasetSource } from '../data/source.ts';
import type { Norm } from '../geometry/norms.ts';
import type { ModelSource } from '../models/source.ts';
import type { Preset } from '../parameters/parameter.ts';

/** An attack whose examples something is trained or judged on. */
export interface TrainingAttack {
  /** Id in the catalog of attacks. */
  readonly attack: string;
  readonly norm: Norm;
  /** Budget in the pixel range [0, 1]; missing for attacks that minimize the norm. */
  readonly epsilon?: number;
  readonly preset: Preset;
  /** Parameters that the settings give; the preset has the rest. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

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
  readonly attacks: readonly TrainingAttack[];
  /** Attacks that it is judged on and has not seen. */
  readonly heldOut: readonly TrainingAttack[];
  /** Fraction of clean images that it may reject: sets its threshold. */
  readonly falsePositiveRate: number;
}

/** A model to be hardened: an entry of `perturb.defenses`. */
export interface DefensePlan extends Plan {
  /** Images that early stopping and the curves are measured on; a part of the dataset is set aside where it is missing. */
  readonly validation?: DatasetSource;
}
