/** What the HTML of the page needs from its host. */
export interface PageSources {
  /** Source of everything that the webview may load, for its content security policy. */
  readonly cspSource: string;
  /** Texts of the built page. */
  readonly script: string;
  readonly style: string;
  /** New for every page: only the script and the style with this nonce count. */
  readonly nonce: string;
  /** BCP 47 tag of the user's language. */
  readonly language: string;
  readonly title: string;
  /** Shown until the test is loaded. */
  readonly loading: string;
}

/**
 * The HTML of a page, with its script and its style, and no other ones allowed. They are part of it, so that a page may load
 * nothing of the extension. What esbuild writes never has their end tags in it.
 */
export function renderHtml({ cspSource, script, style, nonce, language, title, loading }: PageSources): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `img-src ${cspSource} data: blob:`,
    `connect-src ${cspSource}`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${escapeHtml(nonce)}">${style}</style>
<title>${escapeHtml(title)}</title>
</head>
<body>
<div id="root"><p class="loading">${escapeHtml(loading)}</p></div>
<script nonce="${escapeHtml(nonce)}">${script}</script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
