import type { LayerJson } from './layerJson.ts';
import { refusedLayer } from './refusedLayer.ts';

/** What convolutions, pools and upsampling say of their windows, in pixels: one number, or one for each side. */
const settings = ['kernel_size', 'pool_size', 'strides', 'dilation_rate', 'size'];

/** Beyond the sides of any image; products of two still fit into the 32 bits that kernels compute positions with. */
const most = 32_767;

/**
 * Refuses a layer with windows that no image has: kernels of TensorFlow.js do not check them, and then read and write
 * memory that is not theirs.
 * @throws UserError naming the layer and its setting.
 */
export function refuseImpossibleWindows({ class_name: kind, config }: LayerJson): void {
  for (const setting of settings) {
    const given = config[setting] ?? 1;
    const isPossible = (size: unknown) => Number.isInteger(size) && (size as number) >= 1 && (size as number) <= most;
    if ([given].flat().every(isPossible)) continue;
    throw refusedLayer(config.name, kind, `its ${setting} must be whole numbers from 1 to ${most}`);
  }
}
