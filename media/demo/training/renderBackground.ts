import type { Random } from './random.ts';

type Color = readonly [number, number, number];

const SKY: readonly Color[] = [
  [0.62, 0.76, 0.92],
  [0.82, 0.86, 0.9],
  [0.45, 0.6, 0.82],
  [0.93, 0.88, 0.8],
];
const GROUND: readonly Color[] = [
  [0.35, 0.36, 0.38],
  [0.55, 0.53, 0.5],
  [0.3, 0.4, 0.2],
  [0.5, 0.42, 0.32],
];
const THINGS: readonly Color[] = [
  [0.18, 0.32, 0.14],
  [0.32, 0.45, 0.2],
  [0.6, 0.34, 0.26],
  [0.75, 0.7, 0.62],
  [0.25, 0.25, 0.28],
  [0.85, 0.85, 0.85],
  [0.3, 0.38, 0.5],
];
const METAL: Color = [0.55, 0.56, 0.58];

/**
 * Makes up a street scene of `size` by `size` RGB pixels between 0 and 1: sky over ground, soft blobs for trees and
 * houses, perhaps bars for windows or fences, a coarse texture, and mostly a pole for the sign.
 */
export function renderBackground(size: number, random: Random): Float32Array {
  const pixels = new Float32Array(size * size * 3);
  paintGradient(pixels, size, random);
  for (let blobs = 2 + random.below(5); blobs > 0; blobs--) {
    paintBlob(pixels, size, random);
  }
  if (random.chance(0.3)) {
    paintBars(pixels, size, random);
  }
  addTexture(pixels, size, random);
  if (random.chance(0.7)) {
    paintPole(pixels, size, random);
  }
  return pixels;
}

function paintGradient(pixels: Float32Array, size: number, random: Random): void {
  const above = random.pick(random.chance(0.8) ? SKY : THINGS);
  const below = random.pick(random.chance(0.8) ? GROUND : THINGS);
  const horizon = random.between(0.3, 0.9) * size;
  const softness = random.between(0.5, 12);
  const slope = random.between(-0.3, 0.3);
  paint(pixels, size, above, () => 1);
  paint(pixels, size, below, (x, y) => 1 / (1 + Math.exp((horizon + slope * (x - size / 2) - y) / softness)));
}

function paintBlob(pixels: Float32Array, size: number, random: Random): void {
  const centerX = random.between(0, size);
  const centerY = random.between(0, size);
  const radiusX = random.between(0.1, 0.5) * size;
  const radiusY = random.between(0.1, 0.5) * size;
  const edge = random.between(0.05, 0.5);
  const strength = random.between(0.4, 1);
  paint(pixels, size, random.pick(THINGS), (x, y) => {
    const distance = Math.hypot((x - centerX) / radiusX, (y - centerY) / radiusY);
    return strength * Math.min(1, Math.max(0, (1 - distance) / edge));
  });
}

function paintBars(pixels: Float32Array, size: number, random: Random): void {
  const period = random.between(3, 9);
  const phase = random.between(0, period);
  const share = random.between(0.2, 0.6);
  const strength = random.between(0.2, 0.7);
  const upright = random.chance(0.5);
  paint(pixels, size, random.pick(THINGS), (x, y) => {
    const along = ((upright ? x : y) + phase) % period;
    return along < share * period ? strength : 0;
  });
}

function paintPole(pixels: Float32Array, size: number, random: Random): void {
  const center = size / 2 + random.between(-3, 3);
  const halfWidth = random.between(0.6, 1.6);
  paint(pixels, size, METAL, (x, y) =>
    y > size / 2 ? Math.min(1, Math.max(0, halfWidth + 0.5 - Math.abs(x - center))) : 0,
  );
}

/** Adds value noise: random brightness on a coarse grid, interpolated in between. */
function addTexture(pixels: Float32Array, size: number, random: Random): void {
  const cells = 4 + random.below(9);
  const amount = random.between(0.02, 0.16);
  const row = cells + 2;
  const grid = Float32Array.from({ length: row * row }, () => random.between(-amount, amount));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const column = (x / size) * cells;
      const line = (y / size) * cells;
      const corner = Math.floor(line) * row + Math.floor(column);
      const right = column % 1;
      const down = line % 1;
      const brightness =
        (1 - down) * ((1 - right) * at(grid, corner) + right * at(grid, corner + 1)) +
        down * ((1 - right) * at(grid, corner + row) + right * at(grid, corner + row + 1));
      for (let channel = 0; channel < 3; channel++) {
        const index = (y * size + x) * 3 + channel;
        pixels[index] = at(pixels, index) + brightness;
      }
    }
  }
}

/** Lays a color over the pixels, as opaque as `cover` says at each pixel's center. */
function paint(pixels: Float32Array, size: number, color: Color, cover: (x: number, y: number) => number): void {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const alpha = cover(x + 0.5, y + 0.5);
      for (const [channel, value] of color.entries()) {
        const index = (y * size + x) * 3 + channel;
        pixels[index] = (1 - alpha) * at(pixels, index) + alpha * value;
      }
    }
  }
}

function at(values: Float32Array, index: number): number {
  return values[index] as number;
}
