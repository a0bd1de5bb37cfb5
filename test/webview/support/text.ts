import type { Locator } from 'playwright-core';

/** What is to be read in the elements found. */
export async function text(locator: Locator): Promise<string> {
  await locator.first().waitFor();
  return (await locator.allInnerTexts()).join('\n');
}
