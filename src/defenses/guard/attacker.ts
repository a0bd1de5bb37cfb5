/** What the attacker knows about a detector or a purifier: nothing, or everything, and then attacks it together with the model. */
export const attackers = ['unaware', 'adaptive'] as const;
export type Attacker = (typeof attackers)[number];

/** A detector in the settings: a trained entry of `perturb.detectors`. */
export interface DetectorSource {
  readonly name: string;
  /** Absolute path of the folder with its `detector.json`. */
  readonly path: string;
}

/** A purifier in the settings: a trained entry of `perturb.generators` whose kind purifies. */
export interface PurifierSource {
  readonly name: string;
  /** Absolute path of the folder with its `card.json`. */
  readonly path: string;
}
