import type { AttackDefinition } from './attackDefinition.ts';
import { auto } from './auto.ts';
import { boundary } from './decision/boundary.ts';
import { cgba } from './decision/cgba.ts';
import { hopSkipJump } from './decision/hopSkipJump.ts';
import { rays } from './decision/rays.ts';
import { advgan } from './generative/advgan.ts';
import { gradientAttacks } from './gradient/catalog.ts';
import { nes } from './score/nes.ts';
import { onePixel } from './score/onePixel.ts';
import { simba } from './score/simba.ts';
import { sparseRs } from './score/sparseRs.ts';
import { spsa } from './score/spsa.ts';
import { square } from './score/square/square.ts';
import { transfer } from './transfer/transfer.ts';

const scoreAttacks = [square, nes, spsa, simba, onePixel, sparseRs];
const decisionAttacks = [boundary, hopSkipJump, rays, cgba];

/** Every attack there is, by its name in settings, in the order in which lists show them. */
export const catalog: ReadonlyMap<string, AttackDefinition> = new Map(
  [...gradientAttacks, ...scoreAttacks, ...decisionAttacks, transfer, advgan, auto]
    .map((attack) => attack as unknown as AttackDefinition)
    .map((attack) => [attack.id, attack]),
);
