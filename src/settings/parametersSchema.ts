import type { AttackDefinition } from '../attacks/definition.ts';
import type { DefenseParameter } from '../defenses/parameters.ts';
import { amountSchema } from '../parameters/amount.ts';
import { amountError } from './schema.ts';

/** What parameters of attacks and of defenses have in common. */
interface AnyParameter {
  readonly description: string;
  readonly schema: object;
}

/** What settings may say of these parameters. `defaultsOf` has a sentence for each default of one. */
export function parametersSchema<T extends AnyParameter>(
  parameters: Readonly<Record<string, T>>,
  defaultsOf: (parameter: T) => readonly string[],
) {
  const properties = Object.entries(parameters).map(([name, parameter]) => {
    const { description, schema } = parameter;
    const markdownDescription = [description, ...defaultsOf(parameter)].join('\n\n');
    return [name, { ...schema, ...(schema === amountSchema && { errorMessage: amountError }), markdownDescription }];
  });
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}

/** The defaults of an attack's parameter, and where they come from. */
export function attackDefaults({ quick, paper }: AttackDefinition['parameters'][string]): string[] {
  const defaults = [`Default: ${quick.text} (${quick.source}).`];
  if (paper) defaults.push(`With preset \`paper\`: ${paper.text} (${paper.source}).`);
  return defaults;
}

/** The default of a defense's parameter, and where it comes from. */
export function defenseDefaults({ default: { text, source } }: DefenseParameter<unknown>): string[] {
  return [`Default: ${text} (${source}).`];
}
