import type { Browser, Page } from 'playwright-core';
import { hangLimit } from '../../support/vscode/withTimeLimit.ts';
import { type Theme, themes } from './themes.ts';

/** What VS Code puts into a webview before its scripts run: its API, the theme, and some styles. */
const surroundings = ({ bodyClass, variables }: Theme) => `
  window.posted = [];
  window.acquireVsCodeApi = () => ({
    postMessage(message) {
      window.posted.push(message);
      if (message.type === 'loadSteps') {
        fetch('/steps/' + message.example + '.json')
          .then((response) => response.json())
          .then((steps) => window.postMessage({ type: 'steps', example: message.example, steps }, '*'));
      }
      if (message.type !== 'ready') return;
      fetch('/show.json').then((response) => response.json()).then((show) => {
        const start = performance.now();
        addEventListener('message', () => requestAnimationFrame(() => setTimeout(() => {
          window.paintedIn = performance.now() - start;
        })), { once: true });
        window.postMessage(show, '*');
      });
    },
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
  });
  const variables = ${JSON.stringify(variables)};
  new MutationObserver((_, observer) => {
    if (!document.body) return;
    observer.disconnect();
    for (const [name, value] of Object.entries(variables)) {
      document.documentElement.style.setProperty('--vscode-' + name, value);
    }
    document.body.className = ${JSON.stringify(bodyClass)};
  }).observe(document, { childList: true, subtree: true });
`;

/** How the page is opened. */
export interface PageOptions {
  readonly theme?: keyof typeof themes;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

/** Opens the page; errors and violations of its policy are collected in `mishaps`. */
export async function openPage(
  browser: Browser,
  url: string,
  { theme = 'dark', width = 1280, height = 900, reducedMotion = 'no-preference' }: PageOptions = {},
): Promise<{ page: Page; mishaps: string[] }> {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion });
  context.setDefaultTimeout(hangLimit);
  const page = await context.newPage();
  const mishaps: string[] = [];
  page.on('pageerror', (error) => mishaps.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') mishaps.push(message.text());
  });
  await page.addInitScript(surroundings(themes[theme]));
  await page.goto(url);
  await page.locator('.page, .failure').waitFor();
  return { page, mishaps };
}
