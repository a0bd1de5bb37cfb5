/**
 * Converts CMYK samples to RGB exactly as Pillow does: the complement of the ink times that of black.
 * @param channels per pixel; those beyond the fourth are ignored.
 */
export function cmykToRgb(samples: Uint8Array, channels: number): Uint8Array {
  const count = samples.length / channels;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    const light = 255 - (samples[i * channels + 3] as number);
    for (let channel = 0; channel < 3; channel++) {
      rgb[i * 3 + channel] = light - product(samples[i * channels + channel] as number, light);
    }
  }
  return rgb;
}

/** a · b / 255, rounded, in whole numbers. */
function product(a: number, b: number): number {
  const sum = a * b + 128;
  return ((sum >> 8) + sum) >> 8;
}
