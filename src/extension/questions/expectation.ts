import * as vscode from 'vscode';
import type { AttackDefinition } from '../../attacks/attackDefinition.ts';
import { kinds } from '../../attacks/kind.ts';
import type { ExpectedMetric } from '../../evaluation/plan.ts';
import { formatNorm } from '../../reports/format.ts';
import { enter } from './ask.ts';
import { alone } from './form.ts';

const { l10n } = vscode;

/** What a test expects, as settings have it. */
export type Expectation = Partial<Record<ExpectedMetric, number>>;

/** Asks what to expect of an attack; `undefined` if the user has left. */
export async function chooseExpectation(attack: AttackDefinition): Promise<Expectation | undefined> {
  const { metric, prompt, most, mistake } = expectationOf(attack);
  const answer = await enter({
    place: { title: l10n.t('Expectation') },
    question: prompt,
    value: '0.5',
    validate: (value) => (value !== '' && Number(value) >= 0 && Number(value) <= most ? undefined : mistake),
  });
  const text = alone(answer);
  return text === undefined ? undefined : { [metric]: Number(text) };
}

/** The metric that can be expected of an attack, the prompt for it, and its maximum. */
function expectationOf({ kind, fixedBudget, norms: [norm] }: AttackDefinition) {
  const fraction = { most: 1, mistake: l10n.t('Enter a number from 0 to 1.') };
  if (!kinds[kind].hasTrueLabel) {
    const prompt = l10n.t('Maximum fraction of images that may be forged, from 0 to 1');
    return { metric: 'successRate', prompt, ...fraction };
  }
  if (!fixedBudget) {
    const prompt = l10n.t('Minimum median distance in {0} that the attack must need', formatNorm(norm));
    return {
      metric: 'medianDistance',
      prompt,
      most: Number.MAX_VALUE,
      mistake: l10n.t('Enter a number that is 0 or greater.'),
    };
  }
  const prompt = l10n.t('Minimum robust accuracy, from 0 to 1');
  return { metric: 'robustAccuracy', prompt, ...fraction };
}
