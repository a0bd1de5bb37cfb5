import type { Page } from 'playwright-core';

/** Opens a view by its icon in the activity bar, unless it is open: another click would close it. */
export async function openView(page: Page, title: string): Promise<void> {
  const item = page.locator('.activitybar .action-item', {
    has: page.locator(`a.action-label[aria-label^=${JSON.stringify(title)}]`),
  });
  // An extension's view may come late: the Testing view exists from when the first test controller does.
  await item.waitFor();
  const isOpen = /\bchecked\b/.test((await item.getAttribute('class')) ?? '');
  // Not the label within: a badge may lie on it.
  if (!isOpen) await item.click();
  await page.locator(`.part.sidebar .composite.title h2`, { hasText: title }).waitFor();
}

/** Clicks an action in the title of the view that is open in the side bar. */
export async function clickViewAction(page: Page, label: string): Promise<void> {
  await page.locator(`.part.sidebar .composite.title a.action-label[aria-label^=${JSON.stringify(label)}]`).click();
}
