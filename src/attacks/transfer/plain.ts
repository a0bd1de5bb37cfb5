import type { Method } from './method.ts';
import { asItIs, meanGradient } from './view.ts';

/** The gradient at the point itself: momentum alone (Dong et al. 2018, arXiv:1710.06081). */
export const plain: Method = {
  title: 'MI',
  description: 'momentum alone',
  source: 'Dong et al. 2018, arXiv:1710.06081',
  copies: 1,
  cost: () => 1,
  begin:
    ({ goal }) =>
    (x) =>
      meanGradient([asItIs(x)], goal.loss),
};
