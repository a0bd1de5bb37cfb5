import { obstacleToUnrolling } from '../../graph/unrollRecurrent.ts';
import { NotDifferentiable, type Rule } from '../rule.ts';

/** The recurrent layers that could not be unrolled. */
const left: Rule = ({ node, shape, numbers }) => {
  throw new NotDifferentiable(obstacleToUnrolling(node, { shape, numbers }) ?? 'it was not unrolled');
};

/** Recurrent layers. */
export const recurrent: Readonly<Record<string, Rule>> = { RNN: left, GRU: left, LSTM: left };
