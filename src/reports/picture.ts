import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { ExampleReport } from './report.ts';

/** Width and height of a panel, in pixels of the picture. */
const panel = 192;
const gap = 12;

/**
 * A PNG of one example: original, perturbation and adversarial image side by side, enlarged without smoothing. The
 * perturbation is signed: gray is no change, and its largest value is drawn as black or white.
 * @param folder the run folder that the example's paths are relative to.
 */
export async function drawExample(folder: string, example: ExampleReport): Promise<Buffer> {
  const [original, adversarial] = await Promise.all([
    readRaw(path.join(folder, example.originalImage)),
    readRaw(path.join(folder, example.adversarialImage ?? example.originalImage)),
  ]);
  const difference = Int16Array.from(adversarial.data, (value, i) => value - (original.data[i] as number));
  const largest = difference.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const perturbation = Uint8Array.from(difference, (value) => Math.round(127.5 + (127.5 * value) / largest));
  const raw = { width: original.width, height: original.height, channels: original.channels };
  const panels = await Promise.all(
    [original.data, perturbation, adversarial.data].map((data) =>
      sharp(data, { raw }).resize(panel, panel, { kernel: 'nearest', fit: 'fill' }).png().toBuffer(),
    ),
  );
  return sharp({ create: { width: 3 * panel + 2 * gap, height: panel, channels: 4, background: '#0000' } })
    .composite(panels.map((input, i) => ({ input, left: i * (panel + gap), top: 0 })))
    .png()
    .toBuffer();
}

async function readRaw(file: string) {
  const { data, info } = await sharp(await readFile(file))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height, channels: info.channels };
}
