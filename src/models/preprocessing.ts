import type { Interpolation } from '../data/resample.ts';
import { type Resizing, stretching } from '../data/resizing.ts';

/** What is done to a pixel before the model sees it: (value − mean) / std for each channel, in the model's channel order. */
export interface Preprocessing {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** The model's color order. */
  readonly channels: 'rgb' | 'bgr';
}

/** Pixels in [0, 1] go to the model unchanged. */
export const noPreprocessing: Preprocessing = { mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' };

/** From an image file to a model: how the image is resized, and what then happens to its pixels. */
export interface Preparation {
  readonly resizing: Resizing;
  readonly preprocessing: Preprocessing;
}

/** Side of the images for a model that takes any: the crop, or the size that the presets' ratios are based on. */
export function statedSize({ resize, crop }: Resizing): number | undefined {
  return crop ?? (typeof resize === 'object' ? 224 : undefined);
}

/** Common conventions, by their names in the settings. */
export const presets = {
  /** torchvision's classifiers: 256 for a crop of 224, and the same ratio for other sizes. */
  imagenet: {
    resizing: { resize: { ratio: 256 / 224 }, interpolation: 'bilinear' },
    preprocessing: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], channels: 'rgb' },
  },
  /** OpenAI's CLIP. */
  clip: {
    resizing: { resize: { ratio: 1 }, interpolation: 'bicubic' },
    preprocessing: {
      mean: [0.48145466, 0.4578275, 0.40821073],
      std: [0.26862954, 0.26130258, 0.27577711],
      channels: 'rgb',
    },
  },
  // The modes of Keras's `preprocess_input`.
  tf: {
    resizing: stretching,
    preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: 'rgb' },
  },
  /** Gray levels less the mean of ImageNet, blue first. */
  caffe: {
    resizing: stretching,
    preprocessing: {
      mean: [103.939 / 255, 116.779 / 255, 123.68 / 255],
      std: [1 / 255, 1 / 255, 1 / 255],
      channels: 'bgr',
    },
  },
  torch: {
    resizing: stretching,
    preprocessing: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], channels: 'rgb' },
  },
} as const satisfies Record<string, Preparation>;
export type PresetName = keyof typeof presets;

/** Preprocessing in the settings: a preset, or single values, which override the preset's. */
export type PreprocessingSettings = PresetName | PreprocessingValues;

/** `mean` and `std`: one number for all channels, or one for each. `resize` and `crop` are in pixels. */
export interface PreprocessingValues {
  readonly preset?: PresetName;
  readonly mean?: number | readonly number[];
  readonly std?: number | readonly number[];
  readonly channels?: 'rgb' | 'bgr';
  readonly resize?: 'stretch' | number;
  readonly crop?: number;
  readonly interpolation?: Interpolation;
}

/** The preparation that the settings mean; without any, images are stretched and pixels stay unchanged. */
export function resolvePreprocessing(settings: PreprocessingSettings = {}): Preparation {
  const given: PreprocessingValues = typeof settings === 'string' ? { preset: settings } : settings;
  const base: Preparation =
    given.preset === undefined ? { resizing: stretching, preprocessing: noPreprocessing } : presets[given.preset];
  const channels = given.channels ?? base.preprocessing.channels;
  // A stretched image is not cropped; if "crop" is stated anyway, the shorter side is resized to it.
  const cutsStretched = given.crop !== undefined && base.resizing.resize === 'stretch';
  // A preset's numbers are in the preset's channel order, those of the settings in the order that they state.
  const inOrder = (numbers: readonly number[]) =>
    channels === base.preprocessing.channels ? numbers : numbers.toReversed();
  return {
    resizing: {
      resize: given.resize ?? (cutsStretched ? { ratio: 1 } : base.resizing.resize),
      ...(given.crop !== undefined && { crop: given.crop }),
      interpolation: given.interpolation ?? base.resizing.interpolation,
    },
    preprocessing: {
      mean: given.mean === undefined ? inOrder(base.preprocessing.mean) : eachChannel(given.mean),
      std: given.std === undefined ? inOrder(base.preprocessing.std) : eachChannel(given.std),
      channels,
    },
  };
}

/** One number counts for red, green and blue. */
function eachChannel(given: number | readonly number[]): readonly number[] {
  const numbers = [given].flat();
  return numbers.length === 1 ? [0, 1, 2].map(() => numbers[0] as number) : numbers;
}

/**
 * The input of a model with this preprocessing for an image (height × width × `count` channels in [0, 1], RGB), for a
 * model opened without preprocessing. The result may leave [0, 1].
 */
export function preprocess(pixels: Float32Array, count: number, preprocessing: Preprocessing): Float32Array {
  const { mean, std, channels } = preprocessing;
  const reverse = channels === 'bgr' && count === 3;
  const prepared = new Float32Array(pixels.length);
  for (let channel = 0; channel < count; channel++) {
    const [from, center, scale] = [
      reverse ? count - 1 - channel : channel,
      mean[channel] as number,
      std[channel] as number,
    ];
    for (let at = 0; at < pixels.length; at += count) {
      prepared[at + channel] = ((pixels[at + from] as number) - center) / scale;
    }
  }
  return prepared;
}
