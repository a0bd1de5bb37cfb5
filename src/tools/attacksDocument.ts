import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { catalog } from '../attacks/catalog.ts';
import type { Kind } from '../attacks/kind.ts';
import type { Attacks } from '../settings/attackChoice.ts';
import { describeDefinition } from './describeDefinition.ts';

const headings: Readonly<Record<Kind, string>> = {
  attack: 'Attacks',
  forge: 'Forging',
  explanation: 'Explanation',
};

const introductions: Readonly<Record<Kind, string>> = {
  attack: 'They change an image so that the model no longer takes it for what it is.',
  forge: 'It makes an image that looks like the target class to the model alone.',
  explanation: 'It shows how the model answers around an image, and measures nothing that could be expected.',
};

/** The text of `media/attacks.md`: every attack, with its parameters, their defaults and sources. */
export function attacksDocument(attacks: Attacks = catalog): string {
  const parts = (Object.keys(headings) as Kind[]).flatMap((kind) => {
    const chosen = [...attacks.values()].filter((attack) => attack.kind === kind);
    if (chosen.length === 0) return [];
    return [`## ${headings[kind]}`, introductions[kind], ...chosen.map(describeAttack)];
  });
  return `${['# The attacks', introduction, ...parts].join('\n\n')}\n`;
}

const introduction =
  'A test names an attack by its id. Parameters that it does not give have the values of its preset: `quick`, for a first look, unless it says `paper`, which has the values of the original source. This page is written from the code by `npm run generate`.';

function describeAttack(attack: AttackDefinition): string {
  const { threatModel, norms, goals, fixedBudget } = attack;
  return describeDefinition(attack, {
    'Threat model': threatModel,
    Norms: norms.map((norm, i) => (i === 0 && norms.length > 1 ? `${norm} (default)` : norm)).join(', '),
    Goals: goals.join(', '),
    Budget: fixedBudget ? 'takes an `epsilon`' : 'looks for the smallest perturbation, without an `epsilon`',
  });
}
