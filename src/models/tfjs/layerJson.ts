export type Json = Record<string, unknown>;

/** A layer in a topology. */
export interface LayerJson {
  class_name: string;
  name?: unknown;
  readonly module?: unknown;
  config: Json;
  inbound_nodes?: unknown;
}
