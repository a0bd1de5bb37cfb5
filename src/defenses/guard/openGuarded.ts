import { type Classifier, isDifferentiable } from '../../models/classifier.ts';
import { type Victim, victimOf } from '../../runner/victim.ts';
import { UserError } from '../../userError.ts';
import { type OpenedDetector, openDetector } from '../detectors/detectorFile.ts';
import type { Attacker, DetectorSource } from './attacker.ts';
import { GuardedVictim } from './guardedVictim.ts';
import { foolAndEvade, foolThenEvade } from './objectives.ts';

/** A model with its detector: what decides, and what attackers with more or less knowledge of the detector attack. */
export interface Guarded {
  readonly judge: Victim;
  /** Attacked in turn: the worst result for each image counts. */
  readonly attacked: Readonly<Record<Attacker, readonly [Victim, ...Victim[]]>>;
  readonly opened: OpenedDetector;
}

/**
 * Puts the detector of a file before a model.
 * @param sha256 of the model's files.
 * @param ascends the attack ascends a loss: with a detector there are several to choose from.
 * @throws UserError when the detector is missing or damaged, or was made for another model.
 */
export async function openGuarded(
  { path }: DetectorSource,
  classifier: Classifier,
  sha256: string,
  ascends: boolean,
): Promise<Guarded> {
  if (!isDifferentiable(classifier)) {
    throw new UserError(
      `The detector ${path} reads the model's inner values, which are not available: ${classifier.obstacle ?? 'it gives no gradients'}.`,
    );
  }
  const opened = await openDetector(path, classifier, sha256);
  const { definition, detector } = opened;
  const past = definition.views?.adaptive(classifier) ?? classifier;
  const guarded = new GuardedVictim(past, detector, opened);
  const parts = { guarded, plain: victimOf(past), detector };
  return {
    judge: new GuardedVictim(classifier, detector, opened),
    attacked: {
      unaware: [victimOf(definition.views?.unaware(classifier) ?? classifier)],
      adaptive: [guarded, ...(ascends ? [foolThenEvade(parts), foolAndEvade(parts)] : [])],
    },
    opened,
  };
}
