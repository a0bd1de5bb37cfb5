import { obstacleToUnrolling } from '../../graph/unrollRecurrent.ts';
import { NotDifferentiable, type Rule } from '../rule.ts';

/** Those that are left after all that can be were written down step by step. */
const left: Rule = ({ node, shape, numbers }) => {
  throw new NotDifferentiable(obstacleToUnrolling(node, { shape, numbers }) ?? 'it was not written down step by step');
};

/** Recurrent layers. */
export const recurrent: Readonly<Record<string, Rule>> = { RNN: left, GRU: left, LSTM: left };
