import type { Budget } from '../../../../src/geometry/budget.ts';
import { createProjection } from '../../../../src/runner/projection.ts';
import type { Fault } from '../../../support/mutants/meddle.ts';

/** A budget other than the one that was given, for the step and for the projection. */
function otherBudget(change: (budget: Budget) => Budget): Fault {
  return {
    attempt(attempt) {
      const budget = change(attempt.budget);
      return { ...attempt, budget, project: createProjection(attempt.image, budget, false) };
    },
  };
}

/** Mistakes that gradient attacks are prone to, and that still let them look like attacks. */
export const commonFaults: Readonly<Record<string, Fault>> = {
  'the step is zero': { attempt: (attempt) => ({ ...attempt, project: () => attempt.image.slice() }) },

  'the sign is wrong': { gradient: () => (gradient) => gradient.map((value) => -value) },

  'the budget is one gray level too large': otherBudget(({ norm, epsilon }) => ({ norm, epsilon: epsilon + 1 / 255 })),

  'the budget is one gray level too small': otherBudget(({ norm, epsilon }) => ({
    norm,
    epsilon: Math.max(0, epsilon - 1 / 255),
  })),

  'small budgets are lost': otherBudget(({ norm, epsilon }) => ({ norm, epsilon: epsilon < 3 / 255 ? 0 : epsilon })),

  'the loss of a targeted attack has the wrong sign': {
    attempt: ({ goal, ...rest }) => ({
      ...rest,
      goal: goal.target === undefined ? goal : { ...goal, loss: { kind: 'crossEntropy', label: goal.target } },
    }),
  },

  'the target is forgotten': {
    attempt: ({ goal, ...rest }) => ({
      ...rest,
      goal: { ...goal, loss: { kind: 'crossEntropy', label: goal.label } },
    }),
  },

  'the sign of the gradient is taken in l2, too': { gradient: () => (gradient) => gradient.map(Math.sign) },

  'one value of the gradient is dropped': { gradient: () => (gradient) => gradient.with(0, 0) },

  'nothing is projected': { attempt: (attempt) => ({ ...attempt, project: (point) => point }) },

  'the range of pixels is forgotten': {
    attempt: (attempt) => ({
      ...attempt,
      project(point) {
        const inside = createProjection(attempt.image, attempt.budget, false)(point.slice());
        // Where the projection was the range's, it is undone.
        return point.map((value, i) => (value < 0 || value > 1 ? value : (inside[i] as number)));
      },
    }),
  },

  'the image is written to': {
    attempt: (attempt) => ({
      ...attempt,
      project(point) {
        attempt.image.set(attempt.project(point));
        return attempt.image;
      },
    }),
  },

  'the result is not proposed': {
    query: () => (query) => (query.kind === 'propose' ? { kind: 'propose', points: [] } : query),
  },
};

/** Mistakes that only an attack of several steps can make. */
export const iterativeFaults: Readonly<Record<string, Fault>> = {
  'the gradient is that of the first step': {
    gradient() {
      let first: Float32Array | undefined;
      return (gradient) => {
        first ??= gradient;
        return first;
      };
    },
  },

  'the gradient is always asked for at the image': {
    query:
      ({ image }) =>
      (query) =>
        query.kind === 'pullback' ? { ...query, points: [image] } : query,
  },

  'the last iterate is not projected': {
    attempt(attempt) {
      let left = attempt.parameters.steps as number;
      return { ...attempt, project: (point) => (--left > 0 ? attempt.project(point) : point) };
    },
  },

  'only the last iterate is projected': {
    attempt(attempt) {
      let left = attempt.parameters.steps as number;
      return { ...attempt, project: (point) => (--left > 0 ? point : attempt.project(point)) };
    },
  },

  'one step is left out': {
    attempt: ({ parameters, ...rest }) => ({
      ...rest,
      parameters: { ...parameters, steps: (parameters.steps as number) - 1 },
    }),
  },

  'one step is added': {
    attempt: ({ parameters, ...rest }) => ({
      ...rest,
      parameters: { ...parameters, steps: (parameters.steps as number) + 1 },
    }),
  },

  'the step size is the budget': {
    attempt: ({ parameters, ...rest }) => ({ ...rest, parameters: { ...parameters, stepSize: rest.budget.epsilon } }),
  },

  'the step size is that of the defaults': {
    attempt: ({ parameters, ...rest }) => ({ ...rest, parameters: { ...parameters, stepSize: 1 / 255 } }),
  },
};
