import { parameterTable } from '../parameters/document.ts';
import type { AnyParameters } from '../parameters/parameter.ts';

/** What attacks, detectors and training defenses have in common. */
interface Definition {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly parameters: AnyParameters;
}

/**
 * The section of a page, in Markdown, about an attack, a detector or a training defense.
 * @param facts what there is to say about its kind alone, by name.
 */
export function describeDefinition(definition: Definition, facts: Readonly<Record<string, string>>): string {
  const { id, title, description, source, parameters } = definition;
  const list = Object.entries({ Id: `\`${id}\``, ...facts, Source: source });
  return [
    `### ${title}`,
    description,
    list.map(([name, fact]) => `- **${name}**: ${fact}`).join('\n'),
    parameterTable(parameters),
  ].join('\n\n');
}
