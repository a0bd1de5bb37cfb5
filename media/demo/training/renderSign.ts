import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';
import type { SignClass } from './classes.ts';
import type { Random } from './random.ts';
import { renderBackground } from './renderBackground.ts';

/** Width and height of a rendered image. */
export const IMAGE_SIZE = 32;

/** Folder of the package with the drawings. */
export const DRAWINGS = path.dirname(
  createRequire(import.meta.url).resolve('@rapideditor/mapillary_sprite_source/package.json'),
);

const DRAWING_SIZE = 96;
const SAMPLES = 3;

/** A sign drawn upright on nothing: square, RGBA, colors multiplied by alpha, values between 0 and 1. */
export type Drawing = Float32Array;

/** Turns the vector drawing of a class into pixels, fine enough to be sampled in any pose. */
export async function loadDrawing(sign: SignClass): Promise<Drawing> {
  let svg = await readFile(path.join(DRAWINGS, 'package_signs', `${sign.drawing}.svg`), 'utf8');
  if (sign.recolor) {
    svg = svg.replaceAll(`fill="${sign.recolor[0]}"`, `fill="${sign.recolor[1]}"`);
  }
  const pixels = await sharp(Buffer.from(svg), { density: 400 })
    .resize(DRAWING_SIZE, DRAWING_SIZE, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .ensureAlpha()
    .raw()
    .toBuffer();
  return Float32Array.from(pixels, (value, index) => {
    const alpha = (pixels[index | 3] as number) / 255;
    return index % 4 === 3 ? alpha : (value / 255) * alpha;
  });
}

/** Renders a sign in a random pose, light and street: `IMAGE_SIZE` squared RGB pixels, from 0 to 255. */
export function renderSign(drawing: Drawing, random: Random): Uint8Array {
  let pixels = renderBackground(IMAGE_SIZE, random);
  const pose = randomPose(random);
  const light = randomLight(random);
  overlay(pixels, drawing, pose);
  pixels = blur(pixels, random.between(0, 0.18));
  return expose(pixels, light, random);
}

/** Maps a pixel's place in the image to a place on the drawing; both run from -1 to 1. */
type Pose = (x: number, y: number) => [number, number];

function randomPose(random: Random): Pose {
  const angle = random.between(-0.16, 0.16);
  const height = random.between(0.8, 0.98);
  const width = height * random.between(0.88, 1);
  const shear = random.between(-0.1, 0.1);
  const shiftX = random.between(-0.08, 0.08);
  const shiftY = random.between(-0.08, 0.08);
  const tiltX = random.between(-0.12, 0.12);
  const tiltY = random.between(-0.12, 0.12);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return (x, y) => {
    const depth = 1 + tiltX * x + tiltY * y;
    const right = (x - shiftX) / depth;
    const down = (y - shiftY) / depth;
    const turnedX = cos * right + sin * down;
    const turnedY = cos * down - sin * right;
    return [(turnedX + shear * turnedY) / width, turnedY / height];
  };
}

/** Lays the sign over the background, averaging several samples a pixel so that its edges are smooth. */
function overlay(pixels: Float32Array, drawing: Drawing, pose: Pose): void {
  const step = 2 / (IMAGE_SIZE * SAMPLES);
  const sample = new Float32Array(4);
  for (let y = 0; y < IMAGE_SIZE; y++) {
    for (let x = 0; x < IMAGE_SIZE; x++) {
      sample.fill(0);
      for (let row = 0; row < SAMPLES; row++) {
        for (let column = 0; column < SAMPLES; column++) {
          const [right, down] = pose((x * SAMPLES + column + 0.5) * step - 1, (y * SAMPLES + row + 0.5) * step - 1);
          addSample(sample, drawing, right, down);
        }
      }
      const share = 1 / (SAMPLES * SAMPLES);
      const alpha = at(sample, 3) * share;
      for (let channel = 0; channel < 3; channel++) {
        const index = (y * IMAGE_SIZE + x) * 3 + channel;
        pixels[index] = (1 - alpha) * at(pixels, index) + at(sample, channel) * share;
      }
    }
  }
}

/** Adds the drawing's color at a place from -1 to 1, interpolated between its pixels. */
function addSample(sum: Float32Array, drawing: Drawing, right: number, down: number): void {
  const x = ((right + 1) / 2) * DRAWING_SIZE - 0.5;
  const y = ((down + 1) / 2) * DRAWING_SIZE - 0.5;
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < 0 || top < 0 || left >= DRAWING_SIZE - 1 || top >= DRAWING_SIZE - 1) {
    return;
  }
  const corner = (top * DRAWING_SIZE + left) * 4;
  const below = corner + DRAWING_SIZE * 4;
  const fractionX = x - left;
  const fractionY = y - top;
  for (let channel = 0; channel < 4; channel++) {
    const upper = (1 - fractionX) * at(drawing, corner + channel) + fractionX * at(drawing, corner + 4 + channel);
    const lower = (1 - fractionX) * at(drawing, below + channel) + fractionX * at(drawing, below + 4 + channel);
    sum[channel] = at(sum, channel) + (1 - fractionY) * upper + fractionY * lower;
  }
}

/** Mixes each pixel with its four neighbours, `weight` each. */
function blur(pixels: Float32Array, weight: number): Float32Array {
  const last = IMAGE_SIZE - 1;
  return pixels.map((value, index) => {
    const channel = index % 3;
    const x = Math.floor(index / 3) % IMAGE_SIZE;
    const y = Math.floor(index / (3 * IMAGE_SIZE));
    const near = (column: number, row: number) =>
      at(pixels, (clamp(row, 0, last) * IMAGE_SIZE + clamp(column, 0, last)) * 3 + channel);
    const around = near(x - 1, y) + near(x + 1, y) + near(x, y - 1) + near(x, y + 1);
    return (1 - 4 * weight) * value + weight * around;
  });
}

interface Light {
  brightness: number;
  contrast: number;
  tint: number[];
  slopeX: number;
  slopeY: number;
  noise: number;
}

function randomLight(random: Random): Light {
  return {
    brightness: random.between(0.6, 1.1),
    contrast: random.between(0.75, 1.05),
    tint: [random.between(0.93, 1.07), random.between(0.96, 1.04), random.between(0.93, 1.07)],
    slopeX: random.between(-0.15, 0.15),
    slopeY: random.between(-0.15, 0.15),
    noise: random.between(0, 0.035),
  };
}

/** Takes the picture: light that falls off to one side, a tint, flat contrast and sensor noise. */
function expose(pixels: Float32Array, light: Light, random: Random): Uint8Array {
  return Uint8Array.from(pixels, (value, index) => {
    const x = (Math.floor(index / 3) % IMAGE_SIZE) / IMAGE_SIZE - 0.5;
    const y = Math.floor(index / (3 * IMAGE_SIZE)) / IMAGE_SIZE - 0.5;
    const lit = value * light.brightness * at(light.tint, index % 3) * (1 + light.slopeX * x + light.slopeY * y);
    const seen = 0.5 + (lit - 0.5) * light.contrast + light.noise * random.normal();
    return Math.round(clamp(seen, 0, 1) * 255);
  });
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
