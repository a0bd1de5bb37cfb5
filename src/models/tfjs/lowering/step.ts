import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Affine } from '../operations/affine.ts';
import type { Ending } from '../operations/trace.ts';
import type { LayoutBuilder, Lowered } from './layoutBuilder.ts';

/** A step of a layer, which becomes nodes of a graph. */
export interface OnnxStep extends Ending {
  /** Appends the nodes. */
  emit(inputs: readonly Lowered[], build: LayoutBuilder): Lowered;
  /** What the previous linear step may absorb instead of this step. */
  readonly affine?: Affine;
  /** What the next convolution may have as its padding instead of this step: zeros around an image. */
  readonly borders?: Borders;
  /** This step with the zeros of the one before it as its padding. */
  withBorders?(borders: Borders): OnnxStep;
  /** This step with the affine one after it folded into its weights. */
  absorb?(affine: Affine): OnnxStep;
}

/** How many pixels are before and after the rows and the columns of an image. */
export type Borders = readonly [rows: readonly [number, number], columns: readonly [number, number]];

export type Config = Readonly<Record<string, unknown>>;

/** The sequence of steps of a layer at inference. @throws CannotLower */
export type Rule = (config: Config, weights: readonly tf.Tensor[], layer: tfl.layers.Layer) => readonly OnnxStep[];

/** Thrown for a layer without an ONNX counterpart. */
export class CannotLower extends Error {
  override name = 'CannotLower';
  /** Name of the layer. */
  readonly layer: string;
  readonly reason: string;

  constructor(layer: tfl.layers.Layer, reason: string) {
    super(`The layer ${layer.name} (${layer.getClassName()}) cannot be lowered to ONNX: ${reason}.`);
    this.layer = layer.name;
    this.reason = reason;
  }
}

/** A step with one input whose nodes need only the names of values, and that keeps shape and layout. */
export function elementwise(emit: (value: string, build: LayoutBuilder, x: Lowered) => string): OnnxStep {
  return { emit: ([x], build) => ({ ...(x as Lowered), value: emit((x as Lowered).value, build, x as Lowered) }) };
}

/** A layer that acts only in training, at inference. */
export const nothing: OnnxStep = { passive: true, emit: ([x]) => x as Lowered };

/** A layer's output shape for one image. */
export function shapeAfter(layer: tfl.layers.Layer, x: Lowered): number[] {
  return (layer.computeOutputShape([null, ...x.shape]) as number[]).slice(1);
}

/** Whether a layer's axis is the channel axis. */
export function isLastAxis(axis: unknown, layer: tfl.layers.Layer): boolean {
  return axis === -1 || axis === (layer.inboundNodes[0]?.inputTensors[0]?.rank ?? 0) - 1;
}
