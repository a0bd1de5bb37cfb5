/** Where images and their labels come from, as settings name it; paths are absolute. */
export interface DatasetSource {
  readonly name: string;
  readonly path: string;
  /** Labels are the names of the class folders, lines of a CSV file, or the model's own predictions. */
  readonly labels: 'folders' | 'predictions' | { readonly csv: string };
  /** At most so many images, drawn evenly from the classes. */
  readonly limit?: number;
}
