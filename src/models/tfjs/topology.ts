import * as tf from '@tensorflow/tfjs-core';
import type { UserError } from '../../userError.ts';
import { refuseImpossibleWindows } from './impossibleWindows.ts';
import { registerKerasLayers } from './kerasLayers.ts';
import { normalizeCalls, placing } from './layerCalls.ts';
import { classNameOf, type Json, type LayerJson } from './layerJson.ts';
import { refusedLayer } from './refusedLayer.ts';
import { refuseUncalled } from './uncalledLayers.ts';

/** Layers that act only in training, and pass on their input at inference. */
const trainingOnly =
  /^(Random(Flip|Rotation|Zoom|Translation|Contrast|Brightness|Height|Width|Shear|Hue|Saturation|Sharpness|Invert|Erasing|Perspective|Grayscale|ColorJitter|ColorDegeneration|GaussianBlur|Posterization|ElasticTransform)|RandAugment|AugMix|MixUp|CutMix|SpatialDropout[123]D|ActivityRegularization|Identity|StochasticDepth)$/;

/** Maps Keras names of activations to those of TensorFlow.js. */
const renamedActivations: ReadonlyMap<string, string> = new Map([
  ['silu', 'swish'],
  ['hard_swish', 'hard_silu'],
]);

/** Layers that wrap another one. */
const wrappers: ReadonlySet<string | undefined> = new Set(['Bidirectional', 'TimeDistributed']);

/** Layers with weights in parts that have names of their own. */
const inParts: ReadonlySet<string | undefined> = new Set(['MultiHeadAttention', 'GroupedQueryAttention']);

/** How weights are named in a file. */
export interface WeightNames {
  /** TensorFlow.js's name for a weight of the file; undefined for one that inference does not need. */
  of(name: string): string | undefined;
}

/**
 * Converts the topology of a Keras model to the form that TensorFlow.js reads: Keras 3 writes shapes, types,
 * connections and weights differently; layers that act only in training are neutralized, constraints and unknown
 * initializers are dropped, and regularizers become those of TensorFlow.js. The topology is changed in place.
 * @param input shape of one image, for a model that leaves it open.
 * @param asIn whose results count where the two differ on purpose.
 * @throws UserError naming a layer, or a setting of one, that TensorFlow.js lacks or misinterprets, and a
 * layer that can never be called.
 */
export function normalizeTopology(
  topology: object,
  input?: readonly number[],
  asIn: 'Keras' | 'TensorFlow.js' = 'TensorFlow.js',
): WeightNames {
  registerKerasLayers();
  const version = String((topology as Json).keras_version ?? '');
  /** What wrappers that do nothing at inference are called, by the names of their layers. */
  const wrapped = new Map(layersIn(topology).flatMap((layer) => unwrap(layer)));
  const layers = layersIn(topology);
  const isThird = version.startsWith('3') || layers.some(({ config }) => 'batch_shape' in config);
  const models = new Set(layers.flatMap(({ config }) => ('layers' in config ? [config.name] : [])));
  for (const layer of layers) {
    layer.class_name = classNameOf(layer.class_name);
    if (asIn === 'Keras') upSampleAsInKeras(layer);
    normalizeLayer(layer, isThird, models);
    if (input !== undefined) fillShape(layer.config, input);
  }
  for (const { config } of functionalModelsIn(topology)) {
    // TensorFlow.js takes layers by the name that stands outside of their settings.
    for (const layer of config.layers) layer.name ??= layer.config.name;
    refuseUncalled(config.layers);
  }
  const byName = new Map(layers.map((layer) => [layer.config.name, layer]));
  return {
    of(name) {
      const parts = withoutWrapper(name.split('/'), wrapped);
      if (parts === undefined) return undefined;
      const kindOf = (part: string | undefined) => byName.get(part)?.class_name;
      const whole = parts.findIndex((part) => inParts.has(kindOf(part)));
      if (whole >= 0) return parts.slice(whole).join('/');
      const at = isThird ? parts.findLastIndex((part, index) => index < parts.length - 1 && byName.has(part)) : 0;
      // Layers inside a wrapper have its name before theirs.
      const isInside = wrappers.has(kindOf(parts[at - 1]));
      const own = parts.slice(Math.max(0, isInside ? at - 1 : at));
      const kind = kindOf(own[0]);
      if (kind === 'LayerScale') own[own.length - 1] = 'gamma';
      if (kind === 'Normalization' && own.at(-1) === 'count') return undefined;
      if (isThird && kind === 'DepthwiseConv2D' && own.at(-1) === 'kernel') own[own.length - 1] = 'depthwise_kernel';
      return own.join('/');
    },
  };
}

/**
 * Puts a layer in the place of its wrapper that scales its weights in training alone (Miyato et al. 2018).
 * @returns the names of both.
 */
function unwrap(layer: LayerJson): [inner: unknown, wrapper: unknown][] {
  if (layer.class_name !== 'SpectralNormalization') return [];
  const { class_name: kind, config } = (layer.config.layer ?? {}) as Partial<LayerJson>;
  if (typeof kind !== 'string' || typeof config !== 'object') throw refused(layer, 'it has no layer');
  const { name } = layer.config;
  const shape = layer.config.batch_input_shape;
  layer.class_name = kind;
  layer.config = { ...config, name, ...(shape !== undefined && { batch_input_shape: shape }) };
  return [[config.name, name]];
}

/** A weight's name under that of a wrapper; undefined for one of the wrapper itself. */
function withoutWrapper(parts: string[], wrapped: ReadonlyMap<unknown, unknown>): string[] | undefined {
  const at = parts.findIndex((part) => [...wrapped.values()].includes(part));
  if (at < 0) return parts.map((part) => (wrapped.has(part) ? String(wrapped.get(part)) : part));
  if (/^(vector_u|sn_u)$/.test(parts.at(-1) as string)) return undefined;
  return [...parts.slice(0, at + 1), parts.at(-1) as string];
}

/** All layers, including those of models used as layers and of wrappers. */
function layersIn(part: unknown): LayerJson[] {
  if (typeof part !== 'object' || part === null) return [];
  const inner = Object.values(part).flatMap(layersIn);
  const { class_name: kind, config } = part as Partial<LayerJson>;
  const isLayer = typeof kind === 'string' && typeof config === 'object' && config !== null && 'name' in config;
  const isType = kind === 'DTypePolicy' || kind === '__keras_tensor__';
  return isLayer && !isType ? [part as LayerJson, ...inner] : inner;
}

/** All models whose layers say what they are called with: the whole, and those used as layers. */
function functionalModelsIn(part: unknown): { readonly config: { readonly layers: LayerJson[] } }[] {
  if (typeof part !== 'object' || part === null) return [];
  const inner = Object.values(part).flatMap(functionalModelsIn);
  const { config } = part as { config?: { layers?: unknown; input_layers?: unknown } | null };
  const isFunctional = Array.isArray(config?.layers) && Array.isArray(config.input_layers);
  return isFunctional ? [part as { config: { layers: LayerJson[] } }, ...inner] : inner;
}

function isDictionary(part: unknown): part is Json {
  return typeof part === 'object' && part !== null && !Array.isArray(part);
}

/** @param models the names of models that are used as layers, or that contain all others. */
function normalizeLayer(layer: LayerJson, isThird: boolean, models: ReadonlySet<unknown>): void {
  const { config } = layer;
  // It acts only in training, and TensorFlow.js refuses to call a layer that has it.
  delete config.activity_regularizer;
  for (const [key, value] of Object.entries(config)) {
    if (key.endsWith('_regularizer')) config[key] = regularizer(value as Json | null);
    // TensorFlow.js would project the weights of the file, which Keras takes as they are.
    if (key.endsWith('_constraint')) config[key] = null;
    // The file has the weights: what they once began with does not matter.
    if (key.endsWith('_initializer') && !isKnownInitializer(value)) delete config[key];
  }
  if ('batch_shape' in config) config.batch_input_shape ??= config.batch_shape;
  delete config.batch_shape;
  if (typeof config.dtype === 'object' && config.dtype !== null) {
    const { config: policy } = config.dtype as { config?: Json };
    config.dtype = String(policy?.name ?? 'float32').replace(/^mixed_.*/, 'float32');
  }
  const placed = placing(isThird, models);
  normalizeCalls(layer, placed);
  for (const key of ['input_layers', 'output_layers']) {
    const given = config[key];
    // Keras 3 has a dictionary where the model takes or gives one.
    const ends = isDictionary(given) ? Object.values(given) : given;
    if (!Array.isArray(ends)) continue;
    config[key] = (typeof ends[0] === 'string' ? [ends] : ends).map((end) => placed(end as unknown[]));
  }
  if (trainingOnly.test(layer.class_name)) {
    layer.class_name = 'Activation';
    config.activation = 'linear';
  }
  refuseImpossibleWindows(layer);
  normalizeActivation(layer, isThird);
  normalizeKind(layer);
  if (!tf.serialization.SerializationMap.getMap().classNameMap[layer.class_name]) {
    throw refused(layer, `TensorFlow.js has no layers of the kind ${layer.class_name}`);
  }
}

/** TensorFlow.js interpolates at other positions. */
function upSampleAsInKeras(layer: LayerJson): void {
  if (layer.class_name === 'UpSampling2D' && layer.config.interpolation === 'bilinear') {
    layer.class_name = 'ResizingAsInKeras';
  }
}

/** Settings that TensorFlow.js reads under another name, or silently ignores. */
function normalizeKind(layer: LayerJson): void {
  const { class_name: kind, config } = layer;
  switch (kind) {
    case 'BatchNormalization':
      if (Array.isArray(config.axis) && config.axis.length === 1) config.axis = config.axis[0];
      return;
    case 'LeakyReLU':
      if (config.negative_slope !== undefined) config.alpha ??= config.negative_slope;
      return;
    case 'ReLU':
      if (!config.negative_slope && !config.threshold) return;
      if (config.threshold || config.max_value != null) throw refused(layer, 'it has a custom slope or threshold');
      layer.class_name = 'LeakyReLU';
      config.alpha = config.negative_slope;
      return;
    case 'GlobalAveragePooling2D':
    case 'GlobalMaxPooling2D':
      if (config.keepdims === true) layer.class_name = `${kind}KeepingAxes`;
      return;
    case 'Subtract':
      layer.class_name = 'Calculation';
      layer.config = { name: config.name, operation: 'Subtract', operands: [null, null], settings: {} };
      return;
    case 'Conv2D':
      if (typeof config.groups === 'number' && config.groups > 1) {
        layer.class_name = 'GroupedConv2D';
      }
      return;
    case 'SeparableConv2D':
      // Keras 2 writes settings of a single kernel as well, which it does not use.
      for (const key of Object.keys(config)) if (key.startsWith('kernel_') && key !== 'kernel_size') delete config[key];
      return;
    case 'Conv2DTranspose':
      if (config.output_padding != null || [config.dilation_rate ?? 1].flat().some((rate) => rate !== 1)) {
        throw refused(layer, 'TensorFlow.js has no transposed convolutions with dilation or an output_padding');
      }
      return;
    case 'Bidirectional': {
      // Keras 3 also stores the backward layer, and names both as TensorFlow.js does by itself.
      const { config: inner } = config.layer as LayerJson;
      inner.name = String(inner.name).replace(/^forward_/, '');
      delete config.backward_layer;
      return;
    }
    case 'GRU':
      if (config.reset_after === true) {
        throw refused(layer, 'TensorFlow.js has no GRU that resets after the matrix product (reset_after)');
      }
      return;
    case 'Resizing':
      if (config.crop_to_aspect_ratio || config.pad_to_aspect_ratio || config.antialias) {
        throw refused(layer, 'only stretching without antialias is supported');
      }
      layer.class_name = 'ResizingAsInKeras';
      return;
  }
}

function normalizeActivation(layer: LayerJson, isThird: boolean): void {
  const { config } = layer;
  const { class_name: kind, config: functionName } = (config.activation ?? {}) as Json;
  if (kind === 'function') config.activation = functionName;
  if (typeof config.activation !== 'string') return;
  config.activation = renamedActivations.get(config.activation) ?? config.activation;
  const name = String(config.activation).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (isThird && name === 'hardSigmoid') {
    config.activation = 'hardSigmoid6';
    return;
  }
  // Names come from a file: "constructor" is no activation.
  const known = tf.serialization.SerializationMap.getMap().classNameMap;
  if (Object.hasOwn(known, name)) config.activation = name;
  else if (!Object.hasOwn(known, String(config.activation))) {
    throw refused(layer, `TensorFlow.js has no activation ${config.activation}`);
  }
}

function isKnownInitializer(given: unknown): boolean {
  const name = typeof given === 'string' ? given : (given as Json | null)?.class_name;
  const kind = String(name).replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.hasOwn(tf.serialization.SerializationMap.getMap().classNameMap, kind);
}

/** Both do nothing at inference. TensorFlow.js has one for both, and no others. */
function regularizer(given: Json | null): Json | null {
  const config = (given?.config ?? {}) as Json;
  switch (given?.class_name) {
    case 'L1L2':
      return given;
    case 'L1':
      return { class_name: 'L1L2', config: { l1: config.l1 ?? 0.01, l2: 0 } };
    case 'L2':
      return { class_name: 'L1L2', config: { l1: 0, l2: config.l2 ?? 0.01 } };
    default:
      return null;
  }
}

function fillShape(config: Json, input: readonly number[]): void {
  const shape = config.batch_input_shape;
  if (!Array.isArray(shape) || shape.length !== input.length + 1) return;
  config.batch_input_shape = [shape[0], ...input.map((size, axis) => shape[axis + 1] ?? size)];
}

function refused({ class_name: kind, config }: LayerJson, reason: string): UserError {
  return refusedLayer(config.name, kind, reason);
}
