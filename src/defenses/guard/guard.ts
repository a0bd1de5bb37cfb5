import type { Pixels } from '../../data/image.ts';
import type { Attacker, DetectorSource } from '../../evaluation/plan.ts';
import { type Classifier, isDifferentiable } from '../../models/classifier.ts';
import { UserError } from '../../userError.ts';
import { type OpenedDetector, openDetector } from '../detectors/detectorFile.ts';
import { GuardedClassifier } from './guardedClassifier.ts';

/** What a model, and its detector where it has one, say about an image. */
export interface Answered {
  readonly logits: Float32Array;
  readonly score?: number;
  readonly rejected?: boolean;
}

/** A model with its detector, as it stands and as attackers see it. */
export interface Guard {
  /** What is attacked by one who knows nothing of the detector. */
  readonly unaware: Classifier;
  /** What is attacked by one who knows it. */
  readonly adaptive: { readonly classifier: Classifier; readonly guarded: GuardedClassifier };
  /** What decides. */
  readonly guarded: GuardedClassifier;
}

/** A guard whose detector was read from a file. */
export interface OpenedGuard extends Guard {
  readonly opened: OpenedDetector;
}

/**
 * Puts the detector of a file before a model.
 * @param sha256 of the model's files.
 * @throws UserError when the detector is missing or damaged, or was made for another model.
 */
export async function openGuard(
  { path }: DetectorSource,
  classifier: Classifier,
  sha256: string,
): Promise<OpenedGuard> {
  if (!isDifferentiable(classifier)) {
    throw new UserError(
      `The detector ${path} reads what is inside the model, and of this one nothing is known: ${classifier.obstacle ?? 'it gives no gradients'}.`,
    );
  }
  const opened = await openDetector(path, classifier, sha256);
  const { definition, detector } = opened;
  const past = definition.views?.adaptive(classifier) ?? classifier;
  return {
    unaware: definition.views?.unaware(classifier) ?? classifier,
    adaptive: { classifier: past, guarded: new GuardedClassifier(past, detector, opened) },
    guarded: new GuardedClassifier(classifier, detector, opened),
    opened,
  };
}

/** What an attacker asks. */
export function surfaceFor(
  attacker: Attacker | undefined,
  classifier: Classifier,
  guard: Guard | undefined,
): { readonly classifier: Classifier; readonly guarded?: GuardedClassifier } {
  if (guard === undefined || attacker === undefined) return { classifier };
  return attacker === 'adaptive' ? guard.adaptive : { classifier: guard.unaware };
}

/** What model and detector say about images, a batch at a time. */
export async function answer(
  classifier: Classifier,
  guard: Guard | undefined,
  images: readonly Pixels[],
  signal?: AbortSignal,
): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (let start = 0; start < images.length; start += classifier.batchSize) {
    signal?.throwIfAborted();
    const batch = images.slice(start, start + classifier.batchSize);
    if (guard) answers.push(...(await guard.guarded.judge(batch)));
    else answers.push(...(await classifier.logits(batch)).map((logits) => ({ logits })));
  }
  return answers;
}
