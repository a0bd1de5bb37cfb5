import type { Locator, Page } from 'playwright-core';

/** An item of the open menu. In the web workbench menus are part of the page; on the desktop they would be native. */
export function menuItem(page: Page, label: string): Locator {
  const labeled = page.locator(`.action-label[aria-label=${JSON.stringify(label)}]`);
  return page.locator('.monaco-menu .action-item').filter({ has: labeled }).last();
}

/** The items of the open menu, in their order. */
export async function menuItems(page: Page): Promise<string[]> {
  await page.locator('.monaco-menu').first().waitFor();
  const labels = await page.locator('.monaco-menu .action-menu-item .action-label').allTextContents();
  return labels.map((label) => label.trim()).filter((label) => label !== '');
}

/**
 * Chooses from the open menu; more than one label leads through submenus. The pointer selects and the keyboard
 * confirms, since a menu ignores clicks for a moment after it has opened, and nothing tells when that is over.
 */
export async function chooseFromMenu(page: Page, ...labels: readonly string[]): Promise<void> {
  for (const [depth, label] of labels.entries()) {
    const item = menuItem(page, label);
    // A menu stays as it was when it opened: a disabled item will not be enabled by waiting.
    if (/\bdisabled\b/.test((await item.getAttribute('class')) ?? '')) throw new Error(`"${label}" is disabled`);
    await item.hover();
    await page.locator('.monaco-menu .action-item.focused', { hasText: label }).last().waitFor();
    await page.keyboard.press(depth < labels.length - 1 ? 'ArrowRight' : 'Enter');
  }
}
