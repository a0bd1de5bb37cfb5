import type { Dims } from './onnxLayer.ts';

/**
 * Axes of a layer as positive numbers in ascending order, the images being axis 0; a negative one is counted from the end.
 * @throws Error where none is stated, there is no such axis, or it is that of the images.
 */
export function axesIn(axis: unknown, { length }: Dims): number[] {
  const axes = [axis].flat(2).map((each) => ((each as number) < 0 ? (each as number) + length + 1 : (each as number)));
  if (!axes.every((each) => each > 0 && each <= length)) throw new Error('it mixes images, or has no such axis');
  return axes.sort((a, b) => a - b);
}
