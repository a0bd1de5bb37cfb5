import { CannotLower } from '../../../cannotLower.ts';
import type { Call, Rule } from '../call.ts';

/** softmax(q kᵀ / √d + mask) v (Vaswani et al. 2017, eq. 1). */
function attend(call: Call, mask: string | undefined, isCausal: boolean): string {
  const { build } = call;
  const [query, key, value] = ['query', 'key', 'value'].map((name) => call.tensor(name)) as [Sized, Sized, Sized];
  if (call.flag('enable_gqa')) throw new CannotLower('its queries share keys; export the model without enable_gqa');
  if (call.number('dropout_p', 0) > 0) {
    throw new CannotLower('it is in training mode; call model.eval() before you export the model');
  }
  const [width] = call.fixed(query.dims.slice(-1)) as [number];
  const scale = call.has('scale') ? call.number('scale') : 1 / Math.sqrt(width);
  const rank = query.dims.length;
  const swapped = query.dims.map((_, axis) => (axis === rank - 2 ? rank - 1 : axis === rank - 1 ? rank - 2 : axis));
  const keys = build.transpose(key.value, swapped);
  let scores = build.op('MatMul', [build.scale(query.value, scale), keys]);
  if (mask !== undefined) scores = build.add(scores, mask);
  if (isCausal) {
    const [rows, columns] = call.fixed([query.dims.at(-2) ?? 1, key.dims.at(-2) ?? 1]) as [number, number];
    const past = Array.from({ length: rows * columns }, (_, i) =>
      i % columns <= Math.floor(i / columns) ? 0 : Number.NEGATIVE_INFINITY,
    );
    scores = build.add(scores, build.floats(past, [rows, columns]));
  }
  return build.op('MatMul', [build.op('Softmax', [scores], { axis: rank - 1 }), value.value]);
}

type Sized = ReturnType<Call['tensor']>;

/** What is added to scores: a mask of conditions says which of them stay. */
function maskIn(call: Call, name: string): string | undefined {
  const mask = call.optional(name);
  if (mask === undefined) return undefined;
  if (mask.type !== 'bool') return call.cast(mask, 'float32');
  return call.build.where(mask.value, call.build.floats(0), call.build.floats(Number.NEGATIVE_INFINITY));
}

/** Attention of one set of vectors to another. */
export const attention: Readonly<Record<string, Rule>> = {
  scaled_dot_product_attention: (call) => attend(call, maskIn(call, 'attn_mask'), call.flag('is_causal')),
  _scaled_dot_product_flash_attention_for_cpu: (call) => [
    attend(call, maskIn(call, 'attn_mask'), call.flag('is_causal')),
  ],
  _scaled_dot_product_flash_attention: (call) => [attend(call, undefined, call.flag('is_causal'))],
  _scaled_dot_product_efficient_attention: (call) => [attend(call, maskIn(call, 'attn_bias'), call.flag('is_causal'))],
};
