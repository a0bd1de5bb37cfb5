export type Json = Record<string, unknown>;

/** A layer in a topology. */
export interface LayerJson {
  class_name: string;
  name?: unknown;
  readonly module?: unknown;
  config: Json;
  inbound_nodes?: unknown;
}

/** Kinds that Keras writes under another name than that of their class. */
const classNames: ReadonlyMap<string, string> = new Map([['GroupQueryAttention', 'GroupedQueryAttention']]);

/** The name of the class of a kind of layer. */
export function classNameOf(kind: string): string {
  return classNames.get(kind) ?? kind;
}
