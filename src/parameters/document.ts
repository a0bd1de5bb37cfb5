import type { AnyParameters, Default } from './parameter.ts';

/** A default in words, with its source. */
export function cite({ text, source }: Pick<Default<unknown>, 'text' | 'source'>): string {
  return `${text} (${source})`;
}

/** The parameters with both presets and their sources as a table in Markdown. */
export function parameterTable(parameters: AnyParameters): string {
  const rows = Object.entries(parameters).map(([name, { description, quick, paper }]) => {
    const cells = [description, cite(quick), paper ? cite(paper) : 'the same'];
    return `| \`${name}\` | ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  if (rows.length === 0) return 'It has no parameters.';
  return ['| parameter | meaning | `quick` | `paper` |', '|---|---|---|---|', ...rows].join('\n');
}
