import { type ImageShape, sizeOf } from '../../../data/image.ts';
import type { Batch } from '../../classifier.ts';
import type { RuntimeTensor } from './session.ts';

/**
 * Images as the input of a graph; a batch that is not full is filled with copies of its first image, which, unlike
 * zeros, is a typical input.
 * @param inLevels for a model that takes gray levels: pixels in [0, 1] are converted.
 */
export function imageTensor(images: Batch, shape: ImageShape, batch: number, inLevels: boolean): RuntimeTensor {
  const size = sizeOf(shape);
  const data = new Float32Array(batch * size);
  for (let i = 0; i < batch; i++) data.set((images[i] ?? images[0]) as Float32Array, i * size);
  if (inLevels) for (let i = 0; i < data.length; i++) data[i] = Math.round(255 * (data[i] as number));
  return { type: 'float32', dims: [batch, shape.height, shape.width, shape.channels], data };
}
