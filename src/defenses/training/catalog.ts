import { collaborative } from './collaborative/collaborative.ts';
import type { DefenseDefinition } from './defenseDefinition.ts';
import { examples } from './examples.ts';
import { fast } from './fast.ts';
import { goodfellow } from './goodfellow.ts';
import { madry } from './madry.ts';
import { trades } from './trades.ts';

/** Every training defense there is, by its name in settings, in the order in which lists show them. */
export const defenses: ReadonlyMap<string, DefenseDefinition> = new Map(
  [examples, goodfellow, madry, trades, fast, collaborative].map((defense) => [
    defense.id,
    defense as unknown as DefenseDefinition,
  ]),
);
