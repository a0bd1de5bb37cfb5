import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { detectors as detectorCatalog } from '../../../src/defenses/detectors/catalog.ts';
import { defenses as defenseCatalog } from '../../../src/defenses/training/catalog.ts';
import { defensesDocument } from '../../../src/tools/defensesDocument.ts';
import { defenses, detectors } from '../settings/workspaces.ts';

describe('the page about the defenses', () => {
  it('is in media/defenses.md as the catalogs have them (npm run generate)', async () => {
    const page = await readFile(new URL('../../../media/defenses.md', import.meta.url), 'utf8');
    assert.equal(defensesDocument(), page, 'media/defenses.md has drifted: run `npm run generate`');
  });

  it('has every detector and defense, and every parameter with both defaults and their sources', () => {
    for (const [page, ...catalogs] of [
      [defensesDocument(), detectorCatalog, defenseCatalog],
      [defensesDocument(detectors, defenses), detectors, defenses],
    ] as const) {
      for (const { id, title, description, source, parameters } of catalogs.flatMap((each) => [...each.values()])) {
        const section = page.split(`### ${title}\n`)[1]?.split('\n#')[0] ?? assert.fail(`${title} is missing`);
        for (const text of [`\`${id}\``, description, source]) assert.ok(section.includes(text), `${id}: ${text}`);
        for (const [name, { description, quick, paper }] of Object.entries(parameters)) {
          const last = paper ? `${paper.text} (${paper.source})` : 'the same';
          const cells = [description, `${quick.text} (${quick.source})`, last].map((text) =>
            text.replaceAll('|', '\\|'),
          );
          assert.ok(section.includes(`\n| \`${name}\` | ${cells.join(' | ')} |`), `${id}: ${name}`);
        }
      }
    }
  });

  it('says what a detector learns from, and what stands in for its gradient', () => {
    const [, net = '', still = ''] = defensesDocument(detectors, defenses).split('\n### ');
    assert.match(net, /^Net\n[^#]*\*\*Learns from\*\*: clean images and adversarial examples\n/);
    assert.doesNotMatch(net, /gradient/);
    assert.match(still, /^Stillness\n[^#]*\*\*Learns from\*\*: clean images alone\n/);
    assert.match(still, /\*\*In place of its gradient\*\*: the identity\n[^#]*It has no parameters\./);
  });
});
