import { classifier } from './classifier.ts';
import { collaborative } from './collaborative.ts';
import type { DetectorDefinition } from './detectorDefinition.ts';
import { featureSqueezing } from './featureSqueezing.ts';
import { jpeg } from './jpeg.ts';
import { lid } from './lid.ts';
import { mahalanobis } from './mahalanobis.ts';
import { safetyNet } from './safetyNet.ts';
import { subnetwork } from './subnetwork.ts';

/** Every detector there is, by its name in settings, in the order in which lists show them. */
export const detectors: ReadonlyMap<string, DetectorDefinition> = new Map(
  [classifier, safetyNet, subnetwork, featureSqueezing, jpeg, mahalanobis, lid, collaborative].map((detector) => [
    detector.id,
    detector as unknown as DetectorDefinition,
  ]),
);
