/** What the attacker knows of a detector: nothing, or everything, and attacks model and detector at once. */
export const attackers = ['unaware', 'adaptive'] as const;
export type Attacker = (typeof attackers)[number];

/** A detector as settings name it: an entry of `perturb.detectors` that was trained. */
export interface DetectorSource {
  readonly name: string;
  /** Absolute path of the folder with its `detector.json`. */
  readonly path: string;
}
