import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Affine } from '../operations/affine.ts';
import type { Ending } from '../operations/trace.ts';
import type { LayoutBuilder, Lowered } from './layoutBuilder.ts';

/** A step of a layer, which becomes nodes of a graph. */
export interface OnnxStep extends Ending {
  /** Appends the nodes. */
  emit(inputs: readonly Lowered[], build: LayoutBuilder): Lowered;
  /** What the linear step before may take in, in place of this step. */
  readonly affine?: Affine;
  /** This step with the affine one after it folded into its weights. */
  absorb?(affine: Affine): OnnxStep;
}

export type Config = Readonly<Record<string, unknown>>;

/** The steps, one after the other, that a layer is at inference. @throws CannotLower */
export type Rule = (config: Config, weights: readonly tf.Tensor[], layer: tfl.layers.Layer) => readonly OnnxStep[];

/** Thrown for a layer that has no counterpart in ONNX here. */
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

/** A step of one input whose nodes only need the names of values, and that keeps shape and layout. */
export function elementwise(emit: (value: string, build: LayoutBuilder, x: Lowered) => string): OnnxStep {
  return { emit: ([x], build) => ({ ...(x as Lowered), value: emit((x as Lowered).value, build, x as Lowered) }) };
}

/** What inference makes of a layer that acts only in training. */
export const nothing: OnnxStep = { passive: true, emit: ([x]) => x as Lowered };

/** The shape that a layer gives one image. */
export function shapeAfter(layer: tfl.layers.Layer, x: Lowered): number[] {
  return (layer.computeOutputShape([null, ...x.shape]) as number[]).slice(1);
}

/** Whether an axis that a layer is set to is that of the channels. */
export function isLastAxis(axis: unknown, layer: tfl.layers.Layer): boolean {
  return axis === -1 || axis === (layer.inboundNodes[0]?.inputTensors[0]?.rank ?? 0) - 1;
}
