import type { Resizing } from '../../data/resizing.ts';
import type { Preparation } from '../preprocessing.ts';
import { isNumber, isObject, type Json, Understood } from './understood.ts';

/** The numbers that stand for Pillow's ways to interpolate. */
const resamplings: readonly unknown[] = ['nearest', 'lanczos', 'bilinear', 'bicubic'];
/** ConvNeXt takes the whole image from this size on. */
const wholeFrom = 384;

/**
 * The preparation that a `preprocessor_config.json` of Hugging Face's Transformers states.
 * @throws UserError naming what in it is not understood.
 */
export function preparationOfTransformers(file: string, json: Json): Preparation {
  const stated = new Understood(file, json);
  for (const name of ['do_pad', 'do_reduce_labels', 'include_top']) if (json[name] === true) throw stated.refused(name);
  return {
    resizing: resizingIn(stated, json),
    preprocessing: {
      ...normalizationIn(stated, json),
      channels: stated.flag('do_flip_channel_order', false) ? 'bgr' : 'rgb',
    },
  };
}

/** (factor · level − offset − mean) / std, of a level from 0 to 255, as a mean and a deviation in [0, 1]. */
function normalizationIn(stated: Understood, json: Json) {
  const factor = stated.flag('do_rescale', true) ? stated.number('rescale_factor', 1 / 255) : 1;
  const offset = json.rescale_offset === true || json.offset === true ? 1 : 0;
  const normalizes = stated.flag('do_normalize', json.image_mean != null);
  const mean = normalizes ? stated.channels('image_mean', []) : [0, 0, 0];
  const std = normalizes ? stated.channels('image_std', []) : [1, 1, 1];
  // Zero would divide by nothing.
  if (std.some((deviation) => !(deviation > 0))) throw stated.refused('image_std');
  return {
    mean: mean.map((value) => (value + offset) / (255 * factor)),
    std: std.map((value) => value / (255 * factor)),
  };
}

function resizingIn(stated: Understood, json: Json): Resizing {
  const interpolation = stated.interpolation('resample', resamplings[Number(json.resample ?? 2)]);
  const crop = stated.flag('do_center_crop', false) ? sideOf(stated, json, 'crop_size') : undefined;
  if (!stated.flag('do_resize', true)) throw stated.refused('do_resize');
  const { size } = json;
  const shortest = isObject(size) ? size.shortest_edge : crop === undefined ? undefined : size;
  if (!isNumber(shortest)) {
    sideOf(stated, json, 'size');
    // A square is cut out of a square: nothing is left to be cut away.
    if (crop !== undefined && crop !== sideOf(stated, json, 'size')) throw stated.refused('crop_size');
    return { resize: 'stretch', interpolation };
  }
  if (/^ConvNext/.test(String(json.image_processor_type ?? json.feature_extractor_type))) {
    if (shortest >= wholeFrom) return { resize: 'stretch', interpolation };
    const part = stated.number('crop_pct', 224 / 256);
    return { resize: Math.trunc(shortest / part), crop: shortest, interpolation };
  }
  // Without a cut, images keep their proportions, and models that take one size get others.
  if (crop === undefined) throw stated.refused('do_center_crop');
  return { resize: shortest, crop, interpolation };
}

/** The side of a square. */
function sideOf(stated: Understood, json: Json, name: string): number {
  const value = json[name];
  const { height, width } = isObject(value) ? value : { height: value, width: value };
  // The sides are those of the model, whatever they are; of what is cut, only squares can be stated.
  if (!isNumber(height) || !isNumber(width) || (name === 'crop_size' && height !== width)) throw stated.refused(name);
  return height;
}
