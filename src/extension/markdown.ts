/**
 * Text as Markdown that shows it as it is. Not MarkdownString.appendText, which makes every space unbreakable: lists and
 * screen readers get the source.
 */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-!<>|~&]/g, '\\$&').replaceAll('\n', '\n\n');
}
