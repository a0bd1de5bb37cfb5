import type { Rewrite } from '../../../support/mutants/rewrite.ts';

/** Mistakes in the choice of features. */
export const saliencyRewrites: Readonly<Record<string, Rewrite>> = {
  'β is ignored': ['alpha > 0 && drop > 0 ? alpha * drop : 0', 'alpha > 0 && drop > 0 ? alpha : 0'],
  'a pair that does the contrary of both counts, too': ['alpha > 0 && drop > 0 ? alpha * drop : 0', 'alpha * drop'],
  'a feature is paired with itself': ['if (a !== b) Object', 'Object'],
  'the pair is the two best singles': ['most > best.value ||', 'best.p < 0 ||'],
  'what one feature surpasses is left out': ['if (drop <= second)', 'if (drop <= most)'],
  'pairs of features in different halves are left out': ['[left, right],', ''],
};

/** Mistakes in algorithm 2. */
export const jsmaRewrites: Readonly<Record<string, Rewrite>> = {
  'saturated features are kept': ['domain = domain.filter(', 'domain.filter('],
  'the domain begins with every feature': ['.filter((i) => hasRoom(image[i] as number))', ''],
  'Υ is ignored': ['stepsWithin(gamma, image.length, width); step', 'image.length; step'],
  'the sign of θ is ignored': ['Math.sign(theta) * (goal', '(goal'],
  'untargeted raises the label': ['goal.target === undefined ? -1 : 1', '1'],
  'the sum of the others has the wrong sign': ['drops: scaled(others, -sign)', 'drops: scaled(others, sign)'],
  'the target is among the others': ['own.map((weight) => 1 - weight)', 'own.map(() => 1)'],
  'values leave the range': ['Math.min(Math.max((x[i] as number) + theta, 0), 1)', '(x[i] as number) + theta'],
  'it goes on after success': ['if (isReached(goal, logits)) return;', ''],
  'without a choice the first feature is painted': [
    'if (chosen === undefined) return;',
    'if (chosen === undefined) { x = x.slice(); x[0] = 1 - (x[0] as number); continue; }',
  ],
  'the last point is not proposed': ['yield* propose(x);', ''],
};

export const fmnRewrites: Readonly<Record<string, Rewrite>> = {
  'γ is never annealed': ['annealed(firstGamma, lastGamma, k / steps)', 'firstGamma'],
  'α is never annealed': ['annealed(stepSize, lastStepSize, k / steps)', 'stepSize'],
  'ε never shrinks': ['epsilon *= 1 - gamma', 'epsilon *= 1'],
  'ε never grows': ['epsilon *= 1 + gamma', 'epsilon *= 1'],
  'the last success counts, not the nearest': ['nearest = Math.min(nearest, sizeOf(x))', 'nearest = sizeOf(x)'],
  'ε is not cut to the nearest success': ['success ? nearest : farthest', 'farthest'],
  'the dual norm of linf is linf': ['dualNorm[norm]', "norm === 'linf' ? 'linf' : dualNorm[norm]"],
  'the gradient is not normalized': ["steepestAscent(gradient, 'l2')", 'gradient'],
  'the step is downhill': ["steepestAscent(gradient, 'l2')", "steepestAscent(gradient.map((g) => -g), 'l2')"],
  'on the boundary it stays': [
    'Math.max(sizeOf(x) + toBoundary(value, gradient, norm), sizeOf(x) * (1 + gamma))',
    'sizeOf(x) + toBoundary(value, gradient, norm)',
  ],
  'nothing is projected': ['projectOntoBall(point, image, norm, epsilon);', ';'],
  'the range is forgotten': ['return clip(point);', 'return point;'],
  'in l0 ε does not grow by one': ['Math.max(epsilon + 1, ', 'Math.max(epsilon, '],
};

/** Mistakes in the projection onto the points that differ in few pixels. */
export const keepPixelsRewrites: Readonly<Record<string, Rewrite>> = {
  'the smallest changes stay': ['largestFirst(worth).subarray', 'largestFirst(worth).reverse().subarray'],
  'values are counted': ['Math.floor(i / channels)', 'Math.min(i, worth.length - 1)'],
  'the room is forgotten': ['2 * change * clipped - clipped * clipped', 'change * change'],
};

export const sigmaZeroRewrites: Readonly<Record<string, Rewrite>> = {
  'there is no threshold': ['if (largest < tau)', 'if (largest < 0)'],
  'the threshold never changes': ['(success ? 1 : -1) * thresholdFactor', '0 * thresholdFactor'],
  'the threshold has the wrong sign': ['(success ? 1 : -1)', '(success ? -1 : 1)'],
  'η is never annealed': ['annealed(firstRate, firstRate / 10, k / steps)', 'firstRate'],
  'the threshold follows the rate of the last step': ['rate(k + 1), 0)', 'rate(k), 0)'],
  'Adam forgets every step': ['adam.step(', 'new Adam(x.length).step('],
  'the count is left out': ['(2 * sigma *', '(0 * sigma *'],
  'the count is not divided by the pixels': ['** 2 / pixels', '** 2'],
  'the lead is raised after success, too': ['if (!success)', 'if (logits)'],
  'gradients are not normalized': ['? 1 / largest : 0', '? 1 : 0'],
  'the step is uphill': ['scaled(slope, largest > 0 ? 1', 'scaled(slope, largest > 0 ? -1'],
  'channels go one by one': ['undoSmall(image, x, channels, tau)', 'undoSmall(image, x, 1, tau)'],
};
