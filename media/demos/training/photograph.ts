import sharp from 'sharp';
import type { Random } from '../../demo/training/random.ts';

/** Width and height of the demos' drawn pictures. */
export const PICTURE_SIZE = 32;

/** How much light and noise vary. */
export interface Conditions {
  /** Of the brightness, as factors. */
  brightness: readonly [darkest: number, brightest: number];
  /** By how much red and blue are stronger or weaker at most. */
  tint: readonly [red: number, blue: number];
  /** Standard deviation in gray levels. */
  noise: readonly [least: number, most: number];
}

const usual: Conditions = { brightness: [0.72, 1.15], tint: [0.07, 0.08], noise: [1, 5] };

/** Renders a square vector drawing in some light, with some noise: `PICTURE_SIZE` squared RGB pixels, from 0 to 255. */
export async function photograph(svg: string, random: Random, conditions = usual): Promise<Uint8Array> {
  const drawn = await sharp(Buffer.from(svg)).resize(PICTURE_SIZE, PICTURE_SIZE).removeAlpha().raw().toBuffer();
  const [red, blue] = conditions.tint;
  const light = {
    strength: random.between(...conditions.brightness),
    fromSide: random.between(-0.3, 0.3),
    fromAbove: random.between(-0.15, 0.25),
    tint: [1 + random.between(-red, red), 1, 1 + random.between(-blue, blue)] as const,
  };
  const noise = random.between(...conditions.noise);
  return Uint8Array.from(drawn, (value, index) => {
    const [channel, place] = [index % 3, Math.floor(index / 3)];
    const x = (2 * (place % PICTURE_SIZE)) / (PICTURE_SIZE - 1) - 1;
    const y = (2 * Math.floor(place / PICTURE_SIZE)) / (PICTURE_SIZE - 1) - 1;
    const shade = light.strength * (1 + light.fromSide * x - light.fromAbove * y) * (light.tint[channel] as number);
    return Math.max(0, Math.min(255, Math.round(value * shade + noise * random.normal())));
  });
}

/** Writes such pixels as a PNG; the folder must exist. */
export async function savePicture(pixels: Uint8Array, file: string): Promise<void> {
  await sharp(pixels, { raw: { width: PICTURE_SIZE, height: PICTURE_SIZE, channels: 3 } })
    .png()
    .toFile(file);
}

/** A color whose channels lie between two numbers. */
export function randomColor(random: Random, low: number, high: number): string {
  const channels = Array.from({ length: 3 }, () => Math.round(random.between(low, high)));
  return `rgb(${channels.join(',')})`;
}
