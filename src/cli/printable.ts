/**
 * A text as a terminal may be given it. Names and messages come from settings, models, and folders, which may come from
 * anyone: control characters, with which they could move the cursor or write to the clipboard, are shown as symbols, and
 * no line reads as a command to a build server ("::error::").
 */
export function printable(text: string): string {
  return text.replace(control, symbolOf).replace(/^(\s*:):/gm, '$1\u200b:');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** ESC is "␛", as all below the space have a picture of their own; the others have none. */
function symbolOf(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '␡';
}
