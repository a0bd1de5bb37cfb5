/** What to do about image files that cannot be read: report an error for the test, or leave them out. */
export const unreadablePolicies = ['error', 'skip'] as const;
export type UnreadablePolicy = (typeof unreadablePolicies)[number];

/** How a sample is drawn from the classes: the same share of each, or the same number of images of each. */
export const samplings = ['proportional', 'even'] as const;
export type Sampling = (typeof samplings)[number];

/** The class, by name or index, that the name of a class folder stands for. */
export type ClassOf = Readonly<Record<string, string>>;

/** Where images and their labels come from, according to the settings; paths are absolute. */
export interface DatasetSource {
  readonly name: string;
  readonly path: string;
  /**
   * Labels are the names of the class folders, or what stands for those that are listed, lines of a CSV file, or the model's
   * own predictions.
   */
  readonly labels: 'folders' | 'predictions' | { readonly csv: string } | { readonly classOf: ClassOf };
  /** At most this many images. */
  readonly limit?: number;
  /** How these are drawn; "proportional" if missing. */
  readonly sampling?: Sampling;
  /** "error" if missing. */
  readonly unreadable?: UnreadablePolicy;
}
