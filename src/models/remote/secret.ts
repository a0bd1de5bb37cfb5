import { UserError } from '../../userError.ts';

/** Finds the value of a secret that settings name; `undefined` where there is none. */
export type SecretOf = (name: string) => Promise<string | undefined>;

/** The environment variable that has a secret where there is no VS Code. */
export function environmentVariableOf(name: string): string {
  return `PERTURB_SECRET_${name}`;
}

/** Secrets in environment variables. */
export const secretInEnvironment: SecretOf = async (name) => process.env[environmentVariableOf(name)] || undefined;

/**
 * The value of the secret that an endpoint names, if it names one.
 * @throws UserError when nobody has it, or it cannot stand in a header.
 */
export async function requireSecret(name: string | undefined, secretOf: SecretOf): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const secret = (await secretOf(name))?.trim();
  if (!secret) {
    throw new UserError(
      `The secret ${name} is missing. In VS Code, run "Perturb: Store Secret…"; elsewhere, set the environment variable ${environmentVariableOf(name)}.`,
    );
  }
  if (!/^[\x20-\x7e]+$/.test(secret)) {
    throw new UserError(
      `The secret ${name} has characters in it that cannot be sent in a header. Check that it was copied whole, in one line.`,
    );
  }
  return secret;
}
