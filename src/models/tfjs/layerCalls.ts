import { type Calculation, calculationOf, lambdaOf, originOf } from './calculations.ts';
import type { LayerJson } from './layerJson.ts';
import { refusedLayer } from './refusedLayer.ts';

/** The origin of a tensor: a layer, which of its calls, and which output; it may be followed by arguments of the call. */
type Origin = readonly unknown[];

/** An origin as TensorFlow.js counts calls. */
type Placed = (origin: Origin) => Origin;

/** Layers that are called with a query, a value, and possibly a key, each of which may be named. */
const roles: Readonly<Record<string, readonly string[]>> = {
  MultiHeadAttention: ['query', 'value', 'key'],
  GroupedQueryAttention: ['query', 'value', 'key'],
  Attention: [],
  AdditiveAttention: [],
};

/** Arguments of calls that do not change what is computed at inference, as long as they are as given here. */
const idle: Readonly<Record<string, unknown>> = {
  training: undefined,
  return_attention_scores: false,
  use_causal_mask: false,
};

/**
 * TensorFlow.js counts the creation of a model as its first call; Keras 3 does not.
 * @param models the names of models.
 */
export function placing(isThird: boolean, models: ReadonlySet<unknown>): Placed {
  return (origin) => {
    const [name, call, ...rest] = origin;
    return isThird && models.has(name) && typeof call === 'number' ? [name, call + 1, ...rest] : origin;
  };
}

/**
 * Converts the calls of a layer to lists of origins: Keras 3 writes a call's arguments with tensors inside, older versions
 * a list. A function that is applied to tensors becomes a layer of the kind "Calculation". The layer is changed in place.
 * @throws UserError naming the layer where something else than its inputs changes what it computes.
 */
export function normalizeCalls(layer: LayerJson, placed: Placed): void {
  const { inbound_nodes: calls, class_name: kind, config } = layer;
  if (!Array.isArray(calls)) return;
  const isOfThird = isOperation(layer);
  if (isOfThird || /^(TFOpLambda|SlicingOpLambda)$/.test(kind)) {
    const calculation = isOfThird ? calculationOf(kind, config, calls[0]) : lambdaOf(config.function, calls[0]);
    if (calculation === undefined || calls.length !== 1) {
      const name = isOfThird ? kind : `tf.${config.function}`;
      throw refusedLayer(config.name, kind, `it calculates what Perturb cannot write as ONNX (${name})`);
    }
    becomeCalculation(layer, calculation, placed);
    return;
  }
  layer.inbound_nodes = calls.map((call) => {
    const inputs = Object.hasOwn(roles, kind) ? inRoles(layer, call) : inputsOf(call);
    return Array.isArray(inputs) ? inputs.map((origin) => (isThird(call) ? [...placed(origin), {}] : origin)) : inputs;
  });
}

function becomeCalculation(
  layer: LayerJson,
  { operation, operands, settings, tensors }: Calculation,
  placed: Placed,
): void {
  const { name } = layer.config;
  layer.class_name = 'Calculation';
  layer.config = { name, operation, operands, settings };
  layer.inbound_nodes = [tensors.map((origin) => [...placed(origin), {}])];
}

/** Whether a layer of Keras 3 is really a function applied to tensors. HDF5 files do not say so: it has no type. */
function isOperation({ module, config, inbound_nodes: calls }: LayerJson): boolean {
  if (typeof module === 'string') return /\bops\b/.test(module);
  return Array.isArray(calls) && calls.some(isThird) && !('dtype' in config || 'layers' in config);
}

function isThird(call: unknown): boolean {
  return !Array.isArray(call) && typeof call === 'object' && call !== null;
}

/** All tensors that a call is given, in their order. */
function inputsOf(call: unknown): unknown {
  return isThird(call) ? originsIn((call as { args?: unknown }).args) : call;
}

/** The query, the value, and the key if there is one. */
function inRoles(layer: LayerJson, call: unknown): Origin[] {
  const names = roles[layer.class_name] as readonly string[];
  const given: Origin[] = [];
  const named = new Map<string, Origin>();
  const take = (argument: string, value: unknown, origin: Origin | undefined) => {
    if (origin && names.includes(argument)) named.set(argument, origin);
    else if (value != null && !(argument === 'training' || value === idle[argument]))
      throw refusedLayer(layer.config.name, layer.class_name, `it is called with the argument ${argument}`);
  };
  if (isThird(call)) {
    const { args, kwargs = {} } = call as { args?: unknown; kwargs?: object };
    given.push(...originsIn(args));
    for (const [argument, value] of Object.entries(kwargs)) take(argument, value, originsIn(value)[0]);
  } else {
    for (const input of Array.isArray(call) ? (call as unknown[][]) : []) {
      given.push([...input.slice(0, 3), {}]);
      for (const [argument, value] of Object.entries((input[3] ?? {}) as object)) {
        const isOrigin = Array.isArray(value) && typeof value[0] === 'string';
        take(argument, value, isOrigin ? [...value.slice(0, 3), {}] : undefined);
      }
    }
  }
  for (const name of names.slice(given.length)) {
    const origin = named.get(name);
    if (origin) given.push(origin);
  }
  return given;
}

/** The origins of all tensors inside of arguments of Keras 3. */
function originsIn(part: unknown): Origin[] {
  if (typeof part !== 'object' || part === null) return [];
  const origin = originOf(part);
  return origin ? [origin] : Object.values(part).flatMap(originsIn);
}
