/** The color themes in which what is shown has to be legible. */
export const themes = {
  // These identifiers work in every version that the extension supports: newer ones call the first two differently.
  light: { id: 'Default Light Modern', file: 'light_modern', webview: 'vscode-light' },
  dark: { id: 'Default Dark Modern', file: 'dark_modern', webview: 'vscode-dark' },
  highContrast: { id: 'Default High Contrast', file: 'hc_black', webview: 'vscode-high-contrast' },
  highContrastLight: { id: 'Default High Contrast Light', file: 'hc_light', webview: 'vscode-high-contrast-light' },
} as const;

export type Theme = keyof typeof themes;
