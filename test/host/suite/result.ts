/** What the suite in the extension host hands to the process that started it, as JSON in a file. */
export interface HostResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Names the file to the suite. */
export const resultVariable = 'PERTURB_HOST_RESULT';

/** Names the extension under test, as publisher.name, to the suite. */
export const extensionVariable = 'PERTURB_HOST_EXTENSION_ID';

/** Names the folder with native TensorFlow to the suite, where there is one. */
export const tensorflowVariable = 'PERTURB_HOST_TENSORFLOW';
