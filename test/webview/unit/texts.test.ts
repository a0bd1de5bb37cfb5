import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { demos } from '../../../src/demos.ts';
import { pageStrings } from '../../../src/page/strings.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');

/** Every text that the sources of a folder hand to a function, such as `t('…')`. */
async function textsIn(folder: string, call: RegExp): Promise<Set<string>> {
  const files = (await readdir(path.join(root, folder), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const sources = await Promise.all(files.map((name) => readFile(path.join(root, folder, name), 'utf8')));
  return new Set(
    sources.flatMap((source) => [...source.matchAll(call)].map(([, text = '']) => text.replaceAll("\\'", "'"))),
  );
}

describe('texts', () => {
  let bundle: Record<string, string>;
  before(async () => {
    bundle = JSON.parse(await readFile(path.join(root, 'media', 'l10n', 'bundle.l10n.json'), 'utf8'));
  });
  const missing = (texts: Iterable<string>) => [...texts].filter((text) => !Object.hasOwn(bundle, text));

  it('of the page are in the bundle for translators', () => assert.deepEqual(missing(pageStrings), []));

  it('of the extension are in the bundle for translators', async () => {
    const texts = await textsIn('src/extension', /\bl10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g);
    assert.ok(texts.size > 0);
    assert.deepEqual(missing(texts), []);
  });

  it('of demos are in the bundle for translators', () => {
    const texts = Object.values(demos).flatMap(({ title, story, welcome }) => [title, story, welcome]);
    assert.deepEqual(missing(texts), []);
  });

  it('of the page are all in use', async () => {
    const used = await textsIn('webview', /\bt\(\s*'((?:[^'\\]|\\.)*)'/g);
    assert.deepEqual(new Set(pageStrings), used);
  });

  it('in the bundle are English', () => {
    for (const [text, english] of Object.entries(bundle)) assert.equal(english, text);
  });
});
