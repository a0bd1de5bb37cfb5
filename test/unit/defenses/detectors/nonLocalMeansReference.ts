/** Non-local means straight from its definition: levels of one image, channels interleaved, each weight by itself. */
export function naiveNonLocalMeans(
  image: ArrayLike<number>,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
  { search, patch, strength }: { readonly search: number; readonly patch: number; readonly strength: number },
): number[] {
  const [reach, radius] = [Math.floor(search / 2), Math.floor(patch / 2)];
  const around = (size: number) => Array.from({ length: 2 * size + 1 }, (_, i) => i - size);
  const at = (y: number, x: number, channel: number) =>
    image[(bounce(y, height) * width + bounce(x, width)) * channels + channel] as number;
  const all = Array.from({ length: channels }, (_, channel) => channel);
  const result: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sums = all.map(() => 0);
      let total = 0;
      for (const dy of around(reach)) {
        for (const dx of around(reach)) {
          let distance = 0;
          for (const py of around(radius)) {
            for (const px of around(radius)) {
              for (const channel of all) {
                distance += (at(y + py, x + px, channel) - at(y + dy + py, x + dx + px, channel)) ** 2;
              }
            }
          }
          const weight = Math.exp(-distance / (patch * patch * channels * strength * strength));
          if (weight < 0.001) continue;
          total += weight;
          for (const channel of all) sums[channel] = (sums[channel] as number) + weight * at(y + dy, x + dx, channel);
        }
      }
      result.push(...sums.map((sum) => sum / total));
    }
  }
  return result;
}

/** Walks back from an edge without staying on it: −1 is 1. */
function bounce(index: number, size: number): number {
  if (size === 1) return 0;
  if (index < 0) return bounce(-index, size);
  return index < size ? index : bounce(2 * (size - 1) - index, size);
}
