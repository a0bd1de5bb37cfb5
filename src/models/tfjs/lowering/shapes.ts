import type * as tfl from '@tensorflow/tfjs-layers';
import { type ResizingConfig, stretchedSize } from '../kerasLayers.ts';
import type { LayoutBuilder, Lowered } from './layoutBuilder.ts';
import { type Borders, nothing, type OnnxStep, type Rule, shapeAfter } from './step.ts';

/** Layers that rearrange values, and those that act only in training. */
export const shapes: Readonly<Record<string, Rule>> = {
  Dropout: () => [nothing],
  SpatialDropout1D: () => [nothing],
  SpatialDropout2D: () => [nothing],
  GaussianNoise: () => [nothing],
  GaussianDropout: () => [nothing],
  AlphaDropout: () => [nothing],
  Flatten: (_config, _weights, layer) => [reshaping(layer)],
  Reshape: (_config, _weights, layer) => [reshaping(layer)],
  Permute: ({ dims }, _, layer) => [
    {
      emit: ([given], build) => {
        const x = given as Lowered;
        const value = build.transpose(build.channelsLast(x), [0, ...(dims as number[])]);
        return { value, shape: shapeAfter(layer, x), channelsFirst: false };
      },
    },
  ],
  ZeroPadding2D: ({ padding }, _, layer) => {
    const borders = padding as Borders;
    const step = image(layer, (value, build) => {
      const [[top, bottom], [left, right]] = borders;
      // ONNX Runtime's PadFusion wrongly merges padding with 0 into a pooling, which pads with −∞. So pad with −0.
      return build.op('Pad', [value, build.ints([0, 0, top, left, 0, 0, bottom, right]), build.floats(-0)]);
    });
    return [{ ...step, borders }];
  },
  Cropping2D: ({ cropping }, _, layer) => [
    image(layer, (value, build, { shape: [height = 0, width = 0] }) => {
      const [[top, bottom], [left, right]] = cropping as Borders;
      return build.slice(value, [top, left], [height - bottom, width - right], [2, 3]);
    }),
  ],
  CenterCrop: ({ height, width }, _, layer) => [
    image(layer, (value, build, { shape: [rows = 0, columns = 0] }) => {
      const [top, left] = [(rows - Number(height)) >> 1, (columns - Number(width)) >> 1];
      return build.slice(value, [top, left], [top + Number(height), left + Number(width)], [2, 3]);
    }),
  ],
  ResizingAsInKeras: (config, _, layer) => [
    image(layer, (value, build, { shape: [rows = 1, columns = 1] }) => {
      const [height, width] = stretchedSize(config as unknown as ResizingConfig, [rows, columns]);
      return build.op('Resize', [value, '', build.floats([1, 1, height / rows, width / columns])], {
        mode: config.interpolation === 'nearest' ? 'nearest' : 'linear',
        nearest_mode: 'round_prefer_ceil',
      });
    }),
  ],
  UpSampling2D: ({ size, interpolation = 'nearest' }, _, layer) => [
    image(layer, (value, build) =>
      build.op('Resize', [value, '', build.floats([1, 1, ...(size as number[])])], {
        mode: interpolation === 'nearest' ? 'nearest' : 'linear',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }),
    ),
  ],
};

function reshaping(layer: tfl.layers.Layer): OnnxStep {
  return {
    passive: true,
    emit: ([given], build) => {
      const x = given as Lowered;
      const shape = shapeAfter(layer, x);
      return { value: build.reshape(build.channelsLast(x), [-1, ...shape]), shape, channelsFirst: false };
    },
  };
}

/** A step whose input and output are images, channels first. */
function image(layer: tfl.layers.Layer, emit: (value: string, build: LayoutBuilder, x: Lowered) => string): OnnxStep {
  return {
    emit: ([given], build) => {
      const x = given as Lowered;
      return { value: emit(build.channelsFirst(x), build, x), shape: shapeAfter(layer, x), channelsFirst: true };
    },
  };
}
