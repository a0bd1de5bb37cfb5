/**
 * Gray in each channel of RGB samples, exactly as Pillow's mode "L": the luma of ITU-R BT.601, L = 0.299 R + 0.587 G +
 * 0.114 B, in 16-bit fixed point, rounded.
 */
export function toGray(rgb: Uint8Array): Uint8Array {
  const gray = new Uint8Array(rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    const [red, green, blue] = [rgb[i], rgb[i + 1], rgb[i + 2]] as [number, number, number];
    gray.fill((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16, i, i + 3);
  }
  return gray;
}
