import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { useWorkbench } from '../support/vscode/useWorkbench.ts';

const test = 'stop stays stop';

describe('Counterexamples in the editor', () => {
  const workbench = useWorkbench();
  const linesOf = async (name: string) => {
    const text = await readFile(path.join(workbench().folder, 'robustness', name), 'utf8');
    return text.trimEnd().split('\n');
  };

  it('are kept from the message of a failure, and listed below their test', async () => {
    const { testing, page, notifications } = workbench();
    await testing.open();
    await testing.expandAll();
    await testing.run(test);
    await testing.waitFor(test, 'Failed');
    await testing.row(test).dblclick();
    const peek = page.locator('.test-output-peek-message-container').first();
    await peek.getByRole('link', { name: 'Keep Counterexamples' }).click();
    const said = await notifications.message('Kept counterexamples: ');
    const lines = await linesOf('counterexamples.jsonl');
    assert.ok(said.includes(`Kept counterexamples: ${lines.length}.`), `${said} of ${lines.length} lines`);
    await testing.row(test).and(page.locator('[aria-expanded="false"]')).waitFor();
    await testing.expand(test);
    await testing.figure('Known counterexamples', new RegExp(`^${lines.length}$`));
  });

  it('are tried when their test runs, and shown by what they came to', async () => {
    const { testing } = workbench();
    await testing.run(test);
    await testing.waitFor('Known counterexamples', 'Passed');
    await testing.waitFor(test, 'Failed');
    await testing.clickAction(test, 'Open Perturbation View');
    const view = workbench().webview().content;
    const known = view.getByRole('combobox', { name: 'Known counterexamples' });
    await known.locator('option', { hasText: /^Still fooled \(\d+\)$/ }).waitFor({ state: 'attached' });
    await known.selectOption({ index: 1 });
    await view.getByText(/^Still fooled since model [0-9a-f]{7}$/).waitFor();
    await workbench().screenshot('known-counterexamples');
  });

  it('are in the baseline that Update Baseline writes', async () => {
    const { testing, notifications } = workbench();
    await workbench().runCommand('Perturb: Update Baseline');
    await notifications.message('The baseline has the last results');
    assert.ok((await linesOf('baseline.jsonl')).length > 0, 'the baseline is empty');
    await testing.open();
    await testing.run(test);
    await testing.allEnded();
    await testing.waitFor(test, 'Failed');
  });
});
