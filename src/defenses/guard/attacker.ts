/** What the attacker knows about a detector: nothing, or everything, and then attacks model and detector together. */
export const attackers = ['unaware', 'adaptive'] as const;
export type Attacker = (typeof attackers)[number];

/** A detector in the settings: a trained entry of `perturb.detectors`. */
export interface DetectorSource {
  readonly name: string;
  /** Absolute path of the folder with its `detector.json`. */
  readonly path: string;
}
