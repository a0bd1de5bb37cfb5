/** What happens to a dataset in which there are image files that cannot be read: the test is errored, or they are left out. */
export const unreadablePolicies = ['error', 'skip'] as const;
export type UnreadablePolicy = (typeof unreadablePolicies)[number];

/** How a sample is drawn from the classes: as large a share of each, or as many images of each. */
export const samplings = ['proportional', 'even'] as const;
export type Sampling = (typeof samplings)[number];

/** Where images and their labels come from, as settings name it; paths are absolute. */
export interface DatasetSource {
  readonly name: string;
  readonly path: string;
  /** Labels are the names of the class folders, lines of a CSV file, or the model's own predictions. */
  readonly labels: 'folders' | 'predictions' | { readonly csv: string };
  /** At most this many images. */
  readonly limit?: number;
  /** How these are drawn; "proportional" where it is missing. */
  readonly sampling?: Sampling;
  /** "error" where it is missing. */
  readonly unreadable?: UnreadablePolicy;
}
