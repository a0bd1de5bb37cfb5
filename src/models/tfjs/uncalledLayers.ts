import { UserError } from '../../userError.ts';

/** A layer of a functional model: its calls, each with the layer, the call of that layer and the output it takes. */
interface FunctionalLayer {
  readonly name?: unknown;
  readonly class_name?: unknown;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes?: unknown;
}

/**
 * Refuses a functional model with calls that can never be made: TensorFlow.js waits forever for a layer that is missing,
 * or for layers that wait for each other.
 * @param layers the layers of one model, in the form that TensorFlow.js reads.
 * @throws UserError naming a layer that cannot be called, and what it waits for.
 */
export function refuseUncalled(layers: readonly FunctionalLayer[]): void {
  /** How often each layer was called. */
  const calls = new Map<unknown, number>();
  for (const layer of layers) {
    const name = nameOf(layer);
    if (calls.has(name)) throw new UserError(`Two of its layers are named "${name}". ${advice}`);
    calls.set(name, isCalledWhenMade(layer) ? 1 : 0);
  }
  let waiting = layers.flatMap((layer) => callsOf(layer).map((origins) => ({ name: nameOf(layer), origins })));
  for (let before = Number.POSITIVE_INFINITY; waiting.length < before; ) {
    before = waiting.length;
    waiting = waiting.filter(({ name, origins }) => {
      const isReady = origins.every(([origin, call]) => call < (calls.get(origin) ?? 0));
      if (isReady) calls.set(name, (calls.get(name) as number) + 1);
      return !isReady;
    });
  }
  for (const { name, origins } of waiting) {
    const missing = origins.find(([origin]) => !calls.has(origin));
    if (missing)
      throw new UserError(`Its layer "${name}" takes the output of "${missing[0]}", which is missing. ${advice}`);
  }
  if (waiting.length > 0) {
    const names = [...new Set(waiting.map(({ name }) => `"${name}"`))];
    const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ' …' : '');
    throw new UserError(`Some of its layers wait for each other, or for a call that is missing: ${shown}. ${advice}`);
  }
}

const advice = 'The file is damaged: export or copy the model again.';

function nameOf({ name, config }: FunctionalLayer): unknown {
  return name ?? config.name;
}

/** Inputs have an output from the start, and TensorFlow.js counts the making of a model as its first call. */
function isCalledWhenMade({ class_name: kind, config }: FunctionalLayer): boolean {
  return kind === 'InputLayer' || 'layers' in config;
}

/** @throws UserError where a call is no list of origins. */
function callsOf(layer: FunctionalLayer): (readonly (readonly [origin: string, call: number])[])[] {
  const isOrigin = (origin: unknown) =>
    Array.isArray(origin) && typeof origin[0] === 'string' && Number.isInteger(origin[1]) && origin[1] >= 0;
  const nodes = layer.inbound_nodes ?? [];
  if (!Array.isArray(nodes) || !nodes.every((node) => Array.isArray(node) && node.every(isOrigin))) {
    throw new UserError(`The connections of its layer "${nameOf(layer)}" are not what a layers model has. ${advice}`);
  }
  return nodes.filter((node) => node.length > 0);
}
