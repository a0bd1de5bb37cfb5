import { cite } from './document.ts';
import type { AnyParameters } from './parameter.ts';

/** JSON Schema of what settings may say of these parameters; on hover VS Code shows the defaults and their sources. */
export function parametersSchema(parameters: AnyParameters) {
  const properties = Object.entries(parameters).map(([name, { description, schema, quick, paper }]) => {
    const sentences = [description, `Default: ${cite(quick)}.`];
    if (paper) sentences.push(`With the preset \`paper\`: ${cite(paper)}.`);
    return [name, { ...schema, markdownDescription: sentences.join('\n\n') }];
  });
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}
