import type { Random } from '../../../demo/training/random.ts';
import { photograph, randomColor } from '../../training/photograph.ts';
import { drawFace } from './drawFace.ts';
import type { Identity } from './identity.ts';

/** Renders a person at some moment, in some light: `PICTURE_SIZE` squared RGB pixels, from 0 to 255. */
export async function renderFace(who: Identity, random: Random): Promise<Uint8Array> {
  const svg = drawFace(who, {
    turn: random.between(-1, 1),
    angle: random.between(-9, 9),
    scale: random.between(0.98, 1.14),
    shiftX: random.between(-3.5, 3.5),
    shiftY: random.between(-2, 4),
    smile: random.between(-0.6, 1),
    open: random.chance(0.3) ? random.between(0, 1) : 0,
    brows: random.between(0, 1),
    squint: random.between(0, 0.8),
    background: randomColor(random, 40, 230),
    clothes: randomColor(random, 20, 220),
  });
  return photograph(svg, random, { brightness: [0.65, 1.2], tint: [0.12, 0.12], noise: [0, 2] });
}
