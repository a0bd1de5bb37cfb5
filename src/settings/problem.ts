import type { JSONPath } from 'jsonc-parser';

/** A mistake in the settings for the user to fix. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the settings: "perturb.tests › FGSM 8/255 › epsilon". */
  readonly setting: string;
  /** The same place in the whole file, which in a .code-workspace file begins with "settings". */
  readonly path: JSONPath;
  /** What is wrong and how to fix it. */
  readonly message: string;
  /** Id of the test it makes impossible, or its name where that is so for every model; missing where nobody can tell. */
  readonly test?: string;
  /** Name of that test in the settings. */
  readonly testName?: string;
  /** Where that test is defined: the mistake may be in what it uses. */
  readonly origin?: { readonly file: string; readonly line: number };
  /** What may be meant instead of the value there, the likeliest first. */
  readonly meant?: readonly (string | number)[];
  /** VS Code's editor says it as well, from the JSON itself or from the schema of the settings. */
  readonly knownToEditor?: true;
}

/** A mistake in the settings of one thing, at a path below it. */
export type Fault = Pick<Problem, 'path' | 'message' | 'meant' | 'knownToEditor'>;

/** Separates the steps of a path, and a model from its test. */
export const separator = ' › ';

/** A path as people read it: "perturb.tests › FGSM 8/255 › epsilon[1]"; the empty one is "settings". */
export function formatPath(path: JSONPath): string {
  if (path.length === 0) return 'settings';
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : (index > 0 ? separator : '') + step))
    .join('');
}

/** A problem as compilers print them: file, line, column, what is wrong. */
export function formatProblem({ file, line, column, setting, message }: Problem): string {
  return `${file}:${line}:${column}: ${setting}: ${message}`;
}

/** True for { … }. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Settings without the keys that have a mistake, so that one mistake is not reported twice. */
export function soundPart<T extends object>(value: unknown, faults: readonly Fault[]): Partial<T> {
  const all = isObject(value) ? value : {};
  if (faults.length === 0) return all as Partial<T>;
  const wrong = new Set(faults.map(({ path: [key] }) => key));
  return Object.fromEntries(Object.entries(all).filter(([key]) => !wrong.has(key))) as Partial<T>;
}
