import type { Page } from 'playwright-core';

/**
 * Waits until VS Code has loaded all that it loads after the start, which takes it a few seconds from when the workbench
 * shows. A command that is registered, or enabled, after the command palette or a menu has opened does not appear in
 * it, or stays disabled there. VS Code itself sets these marks; the second says that the last parts of the workbench
 * exist, which are made after it has begun its last phase, whenever it is idle.
 */
export async function settled(page: Page): Promise<void> {
  for (const mark of ['code/didLoadExtensions', 'code/didCreateWorkbenchContributions/4']) {
    await page.waitForFunction(`performance.getEntriesByName(${JSON.stringify(mark)}).length > 0`);
  }
}
