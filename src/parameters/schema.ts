import { cite } from './document.ts';
import type { AnyParameters } from './parameter.ts';

/** JSON Schema of what settings may say of these parameters; on hover VS Code shows the defaults and their sources. */
export function parametersSchema(parameters: AnyParameters) {
  const properties = Object.entries(parameters).map(([name, { description, schema, quick, paper, isRequired }]) => {
    const sentences = isRequired ? [description] : [description, `Default: ${cite(quick)}.`];
    if (paper) sentences.push(`With the preset \`paper\`: ${cite(paper)}.`);
    return [name, { ...schema, markdownDescription: sentences.join('\n\n') }];
  });
  const required = Object.keys(parameters).filter((name) => parameters[name]?.isRequired);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}
