import { createGoal } from '../../attacks/goal.ts';
import { levels } from '../../data/grid.ts';
import type { Check } from '../check.ts';
import { signNoise } from '../signNoise.ts';
import { isTelling } from '../telling.ts';
import { countSuccesses } from '../trial.ts';

const draws = 10;

/** Where a gray level of noise changes the class, the model is too rough for a gradient to say what lies ahead. */
export const unstablePredictions: Check = {
  id: 'unstable-predictions',
  isEssential: true,
  cost: ({ subjects }) => subjects.length * draws,
  async examine({ subjects, run }) {
    const budget = { norm: 'linf', epsilon: 1 / levels } as const;
    const untargeted = subjects.map((subject) =>
      subject.goal.target === undefined ? subject : { ...subject, goal: createGoal(subject.goal.label) },
    );
    const changed = countSuccesses(await run(signNoise(draws), {}, budget, untargeted));
    if (!isTelling(changed, subjects.length)) return undefined;
    return `Random noise of one gray level changes the prediction on ${changed} of ${subjects.length} images.`;
  },
};
