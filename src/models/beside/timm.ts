import type { Preparation } from '../preprocessing.ts';
import { isNumber, type Json, Understood } from './understood.ts';

/**
 * The preparation that the `pretrained_cfg` of a timm model states, in a `config.json` as timm writes them for the Hugging
 * Face Hub: the whole image by its shorter side, and the center (`crop_mode` "center"), or all of it stretched ("squash").
 * @throws UserError naming what in it is not understood.
 */
export function preparationOfTimm(file: string, json: Json): Preparation {
  const stated = new Understood(file, json);
  const isShape = (value: unknown): value is readonly number[] =>
    Array.isArray(value) && value.length === 3 && value.every(isNumber) && value[1] === value[2];
  const side = stated.get('input_size', isShape)[1] as number;
  const part = stated.number('crop_pct', 0.875);
  const mode = json.crop_mode ?? 'center';
  const interpolation = stated.interpolation('interpolation', json.interpolation ?? 'bicubic');
  const std = stated.channels('std', []);
  if (std.some((deviation) => !(deviation > 0))) throw stated.refused('std');
  const preprocessing = { mean: stated.channels('mean', []), std, channels: 'rgb' as const };
  if (mode === 'squash' && part === 1) return { preprocessing, resizing: { resize: 'stretch', interpolation } };
  if (mode !== 'center') throw stated.refused('crop_mode');
  return { preprocessing, resizing: { resize: Math.floor(side / part), crop: side, interpolation } };
}
