import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { catalog } from '../../../src/attacks/catalog.ts';
import { attacksDocument } from '../../../src/tools/attacksDocument.ts';
import { attacks } from '../settings/workspaces.ts';

describe('the page about the attacks', () => {
  it('is in media/attacks.md as the catalog has them (npm run generate)', async () => {
    const page = await readFile(new URL('../../../media/attacks.md', import.meta.url), 'utf8');
    assert.equal(attacksDocument(), page, 'media/attacks.md has drifted: run `npm run generate`');
  });

  it('has every attack and every parameter with both defaults and their sources', () => {
    const page = attacksDocument();
    for (const { id, title, description, source, parameters } of catalog.values()) {
      const section = page.split(`### ${title}\n`)[1]?.split('\n#')[0] ?? assert.fail(`${title} is missing`);
      for (const text of [`\`${id}\``, description, source]) assert.ok(section.includes(text), `${id}: ${text}`);
      for (const [name, { description, quick, paper }] of Object.entries(parameters)) {
        const row = section.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? assert.fail(name);
        const last = paper ? `${paper.text} (${paper.source})` : 'the same';
        const cells = [description, `${quick.text} (${quick.source})`, last].map((text) => text.replaceAll('|', '\\|'));
        assert.equal(row, `| \`${name}\` | ${cells.join(' | ')} |`);
      }
    }
  });

  it('has a heading for each kind that there is, and says which attacks take no epsilon', () => {
    const page = attacksDocument(attacks);
    assert.deepEqual(page.match(/^## .*$/gm), ['## Attacks']);
    assert.deepEqual(page.match(/^### .*$/gm), ['### FGSM', '### I-FGSM', '### Minimal attack', '### Pixel attack']);
    assert.equal(page.split('without an `epsilon`').length - 1, 1);
    assert.match(page.split('### Minimal attack')[1] ?? '', /^\n\n[^#]*without an `epsilon`/);
    assert.match(page.split('### I-FGSM')[1] ?? '', /linf \(default\), l2\n/);
    assert.deepEqual(attacksDocument().match(/^## .*$/gm), ['## Attacks', '## Forging', '## Explanation']);
  });
});
