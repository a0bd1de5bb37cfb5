/** Values that are not to be read by others, by the names of the environment variables that have them. */
export type Secrets = Readonly<Record<string, string>>;

/** The same, with the names of environment variables in all texts where their values stood: "${env:MODELS}/a.onnx". */
export function hide<T>(value: T, secrets: Secrets = {}): T {
  // The longest first, since one may be a part of another.
  const pairs = Object.entries(secrets).sort(([, a], [, b]) => b.length - a.length);
  return pairs.length === 0 ? value : (hidden(value, pairs) as T);
}

/** Does work whose errors have the names in their words, too. */
export async function hiding<T>(secrets: Secrets | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error) {
      const { message, stack = message } = error;
      // The same error: who called may tell what it is by its class, or know it.
      Object.assign(error, hide({ message, stack }, secrets));
    }
    throw error;
  }
}

function hidden(value: unknown, pairs: readonly (readonly [name: string, secret: string])[]): unknown {
  if (typeof value === 'string') {
    return pairs.reduce((text, [name, secret]) => text.replaceAll(secret, `\${env:${name}}`), value);
  }
  if (Array.isArray(value)) return value.map((item) => hidden(item, pairs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(item, pairs)]));
}
