import type { Rewrite } from '../../../support/mutants/rewrite.ts';

export const linearRewrites: Readonly<Record<string, Rewrite>> = {
  'the line goes the other way': ['addScaled(image, sign, e)', 'addScaled(image, sign, -e)'],
  'the points go from ε to −ε': ['(k - half) / half', '(half - k) / half'],
  'the line goes along the gradient': ["steepestAscent(gradient, 'linf')", "steepestAscent(gradient, 'l2')"],
  'the range is forgotten': ['project(addScaled(image, sign, e))', 'addScaled(image, sign, e)'],
  'the line begins at the image': ['(k - half) / half', 'k / half'],
  'the line is twice as long': ['(k - half) / half', '(2 * (k - half)) / half'],
  'the last point is missing': ['length: parameters.points }', 'length: parameters.points - 1 }'],
  'nobody knows where the points are': ['points, at }', 'points }'],
  'the points are asked about one by one': [
    "yield { kind: 'logits', points, at };",
    "for (const point of points) yield { kind: 'logits', points: [point], at };",
  ],
  'the loss is the margin': ['goal.loss', 'goal.margin'],
};
