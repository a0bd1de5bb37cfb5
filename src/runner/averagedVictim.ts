import type { Answer } from '../attacks/dialogue.ts';
import { argmax, type Functional, seed, weigh } from '../models/functional.ts';
import { meanOf } from './meanAnswer.ts';
import { type Ask, answerByKind, type GradientAsk, type Judgment, type Victim } from './victim.ts';

/**
 * Several models as one victim, whose logits are the mean of theirs (Dong et al. 2018, arXiv:1710.06081, equation 10, all
 * weights alike). Its gradients are exact: those of each model, of what the functional weighs its logits with.
 * @param victims with gradients, that take the same images for the same classes; at least one
 */
export function averagedVictim(victims: readonly [Victim, ...Victim[]]): Victim {
  const [first, ...others] = victims;
  if (others.length === 0) return first;
  const forward = async (asks: readonly Ask[]): Promise<Float32Array[]> => {
    const rows: (readonly Answer[])[] = [];
    for (const victim of victims) rows.push(await victim.answer(asks.map(({ point, goal }) => ({ point, goal }))));
    return asks.map((_, i) => meanOf(rows.map((row) => row[i]?.logits as Float32Array)));
  };
  const backward = async (asks: readonly GradientAsk[]): Promise<Answer[]> => {
    const logits = await forward(asks);
    const seeds = asks.map(({ functionals }, i) => functionals.map((one) => seedOf(one, logits[i] as Float32Array)));
    const through = asks.map((ask, i) => ({
      ...ask,
      functionals: (seeds[i] ?? []).map(
        ({ gradient }): Functional => ({ kind: 'weights', output: 'logits', weights: gradient }),
      ),
    }));
    const answers: (readonly Answer[])[] = [];
    for (const victim of victims) answers.push(await victim.answer(through));
    return asks.map(({ functionals }, i) => ({
      ...answerOf(logits[i] as Float32Array),
      values: (seeds[i] ?? []).map(({ value }) => value),
      gradients: functionals.map((_, k) => meanOf(answers.map((own) => own[i]?.gradients?.[k] as Float32Array))),
    }));
  };
  return {
    title: 'mean of surrogates',
    input: first.input,
    classes: first.classes,
    access: 'gradients',
    batchSize: Math.min(...victims.map(({ batchSize }) => batchSize)),
    judge: async (images) => {
      const rows: (readonly Judgment[])[] = [];
      for (const victim of victims) rows.push(await victim.judge(images));
      return images.map((_, i) => answerOf(meanOf(rows.map((row) => row[i]?.logits as Float32Array))));
    },
    answer: (asks) => answerByKind(asks, { forward: async (some) => (await forward(some)).map(answerOf), backward }),
  };
}

function answerOf(logits: Float32Array): Answer & { readonly logits: Float32Array } {
  return { decision: argmax(logits), logits };
}

/** @throws RangeError for a functional of an activation, which is not the same in different models */
function seedOf(functional: Functional, logits: Float32Array) {
  if (functional.kind !== 'weights') return seed(functional, logits);
  if (functional.output !== 'logits') throw new RangeError(`several models have no common "${functional.output}"`);
  return weigh(functional, logits);
}
