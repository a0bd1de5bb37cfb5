/** The sets of parameter values that settings can name: for a first look, and as the original source has them. */
export const presets = ['quick', 'paper'] as const;
export type Preset = (typeof presets)[number];

/**
 * A parameter's value where settings give none. It may depend on the context, which is the budget of an attack (detectors
 * and training defenses have none), and on the parameters listed before it.
 */
export interface Default<T, P = unknown, Context = undefined> {
  readonly value: T | ((context: Context, earlier: P) => T);
  /** The value in words, for the documentation. */
  readonly text: string;
  /** Where the value comes from. */
  readonly source: string;
}

/** One parameter of an attack, a detector or a training defense. */
export interface Parameter<T, P = unknown, Context = undefined> {
  readonly description: string;
  /** JSON Schema of what settings may say; an amount (number or fraction) becomes a number, a folder an absolute path. */
  readonly schema: object;
  /** Settings must give it: no default would do. */
  readonly isRequired?: true;
  /** The preset `quick`, used where no preset is named. */
  readonly quick: Default<T, P, Context>;
  /** The preset `paper`, where the original source says other than `quick`. */
  readonly paper?: Default<T, P, Context>;
  /** What a value that is given stands for, where preset and context have a say in it. */
  readonly complete?: (given: unknown, preset: Preset, context: Context) => T;
}

/** The parameters that become a P, by name. */
export type ParametersOf<P, Context = undefined> = { readonly [K in keyof P]: Parameter<P[K], P, Context> };

/** A parameter, whatever its defaults depend on: for those who only describe it. */
export type AnyParameter = Parameter<unknown, never, never>;
export type AnyParameters = Readonly<Record<string, AnyParameter>>;

/** Whether the preset `paper` is another than `quick`. */
export function hasPresets(parameters: AnyParameters): boolean {
  return Object.values(parameters).some(({ paper }) => paper !== undefined);
}
