import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';
import { findGenerator } from '../../../src/settings/findSource.ts';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { resolveDefensePlans, resolveDetectorPlans } from '../../../src/settings/trainingPlans.ts';
import { demoFolder, writeSettings } from '../../support/demoWorkspace.ts';

const article = path.join(demoFolder, '..', 'article.md');

/** What the page adds to settings: the entries of its blocks, with the setting that a comment names, or tests. */
async function entriesOf(page: string): Promise<[setting: string, name: string, value: object][]> {
  const blocks = [...(await readFile(page, 'utf8')).matchAll(/```jsonc\n(.*?)```/gs)].map(
    ([, block]) => block as string,
  );
  return blocks.flatMap((block) => {
    const setting = /^\/\/ "(.*)"/.exec(block)?.[1] ?? 'perturb.tests';
    const entries = parse(`{${block}}`) as Record<string, object>;
    return Object.entries(entries).map(([name, value]): [string, string, object] => [setting, name, value]);
  });
}

describe('The page that tells the ideas in order', () => {
  it('has nothing to run that the demo’s workspace could not', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'perturb-article-'));
    try {
      await cp(demoFolder, folder, { recursive: true });
      const entries = await entriesOf(article);
      const own = await readFile(path.join(demoFolder, '.vscode', 'settings.json'), 'utf8');
      const settings = entries.reduce(
        (text, [setting, name, value]) => applyEdits(text, modify(text, [setting, name], value, {})),
        own,
      );
      await writeSettings(folder, settings);
      const workspace = await readWorkspace(folder);
      const resolutions = [resolvePlans(workspace), resolveDetectorPlans(workspace), resolveDefensePlans(workspace)];
      assert.deepEqual(
        resolutions.flatMap(({ problems }) => problems.map(({ setting, message }) => `${setting}: ${message}`)),
        [],
      );
      const generators = entries.filter(([setting]) => setting === 'perturb.generators').map(([, name]) => name);
      for (const name of generators) findGenerator(workspace, name);
      const planned = new Set([...generators, ...resolutions.flatMap(({ plans }) => plans.map(({ name }) => name))]);
      assert.deepEqual(
        entries.map(([, name]) => name).filter((name) => !planned.has(name)),
        [],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('links to pages and pictures that are there', async () => {
    const links = [...(await readFile(article, 'utf8')).matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link as string);
    assert.ok(links.length > 3, 'there are hardly any links');
    for (const link of links) await readFile(path.join(path.dirname(article), link));
  });
});
