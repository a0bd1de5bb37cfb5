import { type Browser, chromium } from 'playwright-core';
import { provisionChromium } from '../../support/vscode/chromium.ts';
import { hangLimit } from '../../support/vscode/withTimeLimit.ts';

/** A browser that pages are opened in. */
export async function launchBrowser(): Promise<Browser> {
  // A container lacks the means of Chromium's sandbox.
  return chromium.launch({ executablePath: await provisionChromium(), args: ['--no-sandbox'], timeout: hangLimit });
}
