/** What the HTML of the page needs from its host. */
export interface PageSources {
  /** Source of everything that the webview may load, for its content security policy. */
  readonly cspSource: string;
  /** Addresses of the built page. */
  readonly script: string;
  readonly style: string;
  /** New for every page: only scripts with this nonce run. */
  readonly nonce: string;
  /** BCP 47 tag of the user's language. */
  readonly language: string;
  readonly title: string;
  /** Shown until the test is loaded. */
  readonly loading: string;
}

/** The HTML of the perturbation view: it loads the script of the page, and allows no other scripts. */
export function renderHtml({ cspSource, script, style, nonce, language, title, loading }: PageSources): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
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
<link rel="stylesheet" href="${escapeHtml(style)}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<div id="root"><p class="loading">${escapeHtml(loading)}</p></div>
<script nonce="${escapeHtml(nonce)}" src="${escapeHtml(script)}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
