import { classNameOf } from '../tfjs/layerJson.ts';
import type { NamedWeight } from '../tfjs/readLayersModel.ts';
import type { Hdf5 } from './hdf5.ts';

/** A layer as Keras writes it. */
export interface LayerJson {
  readonly class_name?: unknown;
  readonly module?: unknown;
  readonly config?: { readonly name?: unknown; readonly layers?: unknown; readonly [key: string]: unknown };
}

/** The layers of a model. */
export function layersOf({ config }: LayerJson): readonly LayerJson[] {
  const isLayer = (layer: unknown) => typeof layer === 'object' && layer !== null;
  return Array.isArray(config?.layers) ? config.layers.filter(isLayer) : [];
}

/** The weights of a kind of layer, in the order in which Keras stores them; those that a setting leaves out are left out. */
const names = new Map<unknown, (config: Readonly<Record<string, unknown>>) => readonly string[]>(
  Object.entries({
    SeparableConv2D: () => ['depthwise_kernel', 'pointwise_kernel', 'bias'],
    BatchNormalization: (config) => [...scaled(config), 'moving_mean', 'moving_variance'],
    LayerNormalization: scaled,
    GroupNormalization: scaled,
    RMSNormalization: () => ['scale'],
    LayerScale: () => ['gamma'],
    Attention: ({ use_scale: hasScale }) => [...(hasScale ? ['scale'] : []), 'concat_score_weight'],
    AdditiveAttention: () => ['scale'],
    PReLU: () => ['alpha'],
    Normalization: () => ['mean', 'variance', 'count'],
    Embedding: () => ['embeddings'],
    LSTM: () => ['kernel', 'recurrent_kernel', 'bias'],
    GRU: () => ['kernel', 'recurrent_kernel', 'bias'],
    SimpleRNN: () => ['kernel', 'recurrent_kernel', 'bias'],
  }),
);

/** The parts of a kind of layer that have weights of their own: the group of each, and what it is called. */
const attentionParts = {
  query_dense: 'query',
  key_dense: 'key',
  value_dense: 'value',
  gate_dense: 'gate',
  output_dense: 'attention_output',
};
const parts: ReadonlyMap<unknown, Readonly<Record<string, string>>> = new Map([
  ['MultiHeadAttention', attentionParts],
  ['GroupQueryAttention', attentionParts],
]);

function scaled({ scale, center }: Readonly<Record<string, unknown>>): string[] {
  return [...(scale === false ? [] : ['gamma']), ...(center === false ? [] : ['beta'])];
}

/**
 * The weights of layers in a `.weights.h5` file, as "layer/weight". There they have no names: a layer is found by its kind,
 * counted among the layers of its model, and its weights by their order.
 * @param root the path of the model's own group.
 */
export function storedWeights(content: Hdf5, layers: readonly LayerJson[], root = ''): NamedWeight[] {
  const counts = new Map<string, number>();
  return layers.flatMap((layer) => {
    const { class_name: kind, config = {}, module } = layer;
    // Calculations with tensors are listed with layers, and are none.
    if (typeof module === 'string' && /\bops\b/.test(module)) return [];
    const name = snakeCase(classNameOf(String(kind)));
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const group = `${root}layers/${name}${count > 0 ? `_${count}` : ''}`;
    if (Array.isArray(config.layers)) return storedWeights(content, layersOf(layer), `${group}/`);
    const inParts = Object.entries(parts.get(kind) ?? {});
    if (inParts.length > 0) {
      // Keras names the same part with and without a line before it.
      return inParts.flatMap(([part, own]) =>
        [part, `_${part}`].flatMap((each) =>
          inGroup(content, `${group}/${each}/vars`, `${config.name}/${own}`, ['kernel', 'bias']),
        ),
      );
    }
    const wrapped = config.layer as LayerJson | undefined;
    // Its own weights matter only in training.
    if (kind === 'SpectralNormalization' && wrapped) {
      return inGroup(content, `${group}/layer/vars`, `${config.name}`, namesIn(wrapped));
    }
    const variables = [`${group}/vars`, `${group}/cell/vars`].find((at) => content.names(at).length > 0) ?? group;
    return inGroup(content, variables, `${config.name}`, namesIn(layer));
  });
}

function namesIn({ class_name: kind, config = {} }: LayerJson): readonly string[] {
  return names.get(kind)?.(config) ?? ['kernel', 'bias'];
}

/** The numbered weights of a group, as "prefix/weight". */
function inGroup(content: Hdf5, group: string, prefix: string, known: readonly string[]): NamedWeight[] {
  const stored = content.names(group).filter((index) => /^\d+$/.test(index));
  return stored.flatMap((index) => {
    const weight = content.weight(`${group}/${index}`);
    return weight ? [{ name: `${prefix}/${known[Number(index)] ?? index}`, ...weight }] : [];
  });
}

/** "depthwise_conv2d" for "DepthwiseConv2D", as Keras does it. */
function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
