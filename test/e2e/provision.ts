import { provisionChromium } from '../support/vscode/chromium.ts';
import { provisionHost } from '../support/vscode/provision.ts';

/** Called by Mocha before all tests: what has to be installed may take longer than a test may. */
export async function mochaGlobalSetup(): Promise<void> {
  await Promise.all([provisionHost(), provisionChromium()]);
}
