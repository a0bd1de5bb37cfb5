import { askedBy, type Victim } from '../runner/victim.ts';

/** A gradient takes about as long as this many answers without one. */
const passesOfGradient = 2;

/** What questions cost a model, in forward passes on one image. */
export function passesOf({ points, gradients }: { readonly points: number; readonly gradients: number }): number {
  return points + passesOfGradient * gradients;
}

/** The same victim, which says of every question what it costs. */
export function counted(victim: Victim, onPasses: (passes: number) => void): Victim {
  return askedBy(victim, {
    answer(asks) {
      const gradients = asks.reduce((sum, { functionals = [] }) => sum + functionals.length, 0);
      onPasses(passesOf({ points: asks.length, gradients }));
      return victim.answer(asks);
    },
    judge(images) {
      onPasses(images.length);
      return victim.judge(images);
    },
  });
}
