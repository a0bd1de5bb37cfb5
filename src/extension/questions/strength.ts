import * as vscode from 'vscode';
import type { AttackDefinition } from '../../attacks/attackDefinition.ts';
import type { Norm } from '../../geometry/norms.ts';
import { parseAmount } from '../../parameters/amount.ts';
import { formatNorm } from '../../reports/format.ts';
import { choose, enter } from './ask.ts';
import { type Answer, back, type Place } from './form.ts';

const { l10n } = vscode;

/** How strong an attack is: in which norm it is measured and, for an attack with a budget, how large that is. */
export interface Strength {
  readonly norm: Norm;
  /** As settings have it: "8/255", or a number. */
  readonly epsilon?: string | number;
}

/** The usual budgets; the first is where one begins. */
const usual: Readonly<Record<Norm, readonly (string | number)[]>> = {
  linf: ['8/255', '4/255', '2/255', '1/255'],
  l2: [0.5, 1, 3],
  l1: [12],
  l0: [1, 3, 10],
};

/** Whether an attack leaves a choice. */
export function hasStrengths({ fixedBudget, norms }: AttackDefinition): boolean {
  return fixedBudget || norms.length > 1;
}

/** Asks for norm and epsilon of an attack with a budget, or for the norm in which another one looks for the nearest success. */
export async function chooseStrength(
  attack: AttackDefinition,
  place: Place,
  former?: Strength,
): Promise<Answer<Strength>> {
  const { fixedBudget, norms } = attack;
  const itemOf = (strength: Strength) => ({
    label: describe(strength),
    description: explain(strength),
    strength: async (): Promise<Answer<Strength>> => strength,
  });
  const items = fixedBudget
    ? [
        ...norms.flatMap((norm) => usual[norm].map((epsilon) => itemOf({ norm, epsilon }))),
        ...norms.map((norm) => ({
          label: l10n.t('$(edit) Another Epsilon in {0}…', formatNorm(norm)),
          description: '',
          strength: () => enterStrength(norm, place),
        })),
      ]
    : norms.map((norm) => itemOf({ norm }));
  const wanted = former && describe(former);
  for (;;) {
    const question = fixedBudget
      ? l10n.t('How much may {0} change an image?', attack.title)
      : l10n.t('In which norm is the nearest success looked for?');
    const picked = await choose({ place, question, items, isActive: ({ label }) => label === wanted });
    if (picked === undefined || picked === back) return picked;
    const strength = await picked.strength();
    if (strength !== back) return strength;
  }
}

async function enterStrength(norm: Norm, place: Place): Promise<Answer<Strength>> {
  const epsilon = await enterEpsilon(norm, place);
  return epsilon === undefined || epsilon === back ? epsilon : { norm, epsilon };
}

/** Asks for a budget as the user enters it: "8/255", or a number. */
export async function enterEpsilon(norm: Norm, place: Place): Promise<Answer<string | number>> {
  const text = await enter({
    place,
    question:
      norm === 'l0'
        ? l10n.t('Maximum number of pixels that change')
        : l10n.t(
            'Maximum perturbation in {0}, relative to the pixel range [0, 1]: 8/255 is eight gray levels',
            formatNorm(norm),
          ),
    value: String(usual[norm][0] ?? ''),
    validate: (value) => {
      try {
        const amount = parseAmount(asAmount(value));
        if (norm === 'l0') return amount < 1 ? l10n.t('{0} is less than one pixel', value) : undefined;
        if (amount * 255 < 1) return l10n.t('{0} is less than one gray level (1/255)', value);
        return norm === 'linf' && amount > 1
          ? l10n.t('{0} exceeds the whole pixel range. For eight gray levels, enter 8/255', value)
          : undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
  });
  return text === undefined || text === back ? text : asAmount(text);
}

function asAmount(text: string): string | number {
  return text.includes('/') || text === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

function describe({ norm, epsilon }: Strength): string {
  return epsilon === undefined ? formatNorm(norm) : `${formatNorm(norm)} ≤ ${epsilon}`;
}

/** What a norm, or a budget in it, means. */
function explain({ norm, epsilon }: Strength): string {
  const levels = Number(/^(\d+)\/255$/.exec(String(epsilon))?.[1] ?? 0);
  if (levels === 1) return l10n.t('every value of every pixel changes by at most one gray level of 255');
  if (levels > 1) return l10n.t('every value of every pixel changes by at most {0} gray levels of 255', levels);
  return {
    linf: l10n.t('the largest change of any value'),
    l2: l10n.t('the root of the sum of squared changes, with values from 0 to 1'),
    l1: l10n.t('the sum of all changes, with values from 0 to 1'),
    l0: l10n.t('the number of changed pixels'),
  }[norm];
}
