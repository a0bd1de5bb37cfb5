/**
 * Text as Markdown that shows it literally. Not MarkdownString.appendText, which makes every space non-breaking: lists and
 * screen readers get the source.
 */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-!<>|~&]/g, '\\$&').replaceAll('\n', '\n\n');
}
