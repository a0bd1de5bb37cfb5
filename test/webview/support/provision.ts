import { provisionChromium } from '../../support/vscode/chromium.ts';

/** Called by Mocha before all tests: what has to be installed may take longer than a test may. */
export async function mochaGlobalSetup(): Promise<void> {
  await provisionChromium();
}
