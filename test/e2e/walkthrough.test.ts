import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Theme, themes } from '../support/vscode/themes.ts';
import { useWorkbench } from '../support/vscode/useWorkbench.ts';
import { extensionFolder } from '../support/vscode/workspace.ts';

interface Step {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly media: { readonly svg: string };
}

describe('The walkthrough', () => {
  const workbench = useWorkbench();
  let steps: readonly Step[];
  let commands: readonly string[];

  before(async () => {
    const { contributes } = JSON.parse(await readFile(path.join(extensionFolder, 'package.json'), 'utf8'));
    steps = contributes.walkthroughs[0].steps;
    commands = contributes.commands.map(({ command }: { command: string }) => command);
  });

  const row = ({ title }: Step) => workbench().part('editor').locator('.getting-started-step', { hasText: title });
  const isDone = (step: Step) => row(step).locator('.codicon-getting-started-step-checked').first().waitFor();

  async function open(): Promise<void> {
    await workbench().runCommand('View: Close All Editors');
    await workbench().runCommand('Welcome: Open Walkthrough...');
    await workbench().quickInput.choose('Get Started with Perturb');
    await row(steps[0] as Step).waitFor();
  }

  it('has six steps whose buttons run commands that there are', () => {
    assert.equal(steps.length, 6);
    for (const { title, description } of steps) {
      const called = [...description.matchAll(/\(command:([\w.]+)\)/g)].map(([, command]) => String(command));
      assert.ok(called.length > 0, title);
      const missing = called.filter((command) => command.startsWith('perturb.') && !commands.includes(command));
      assert.deepEqual(missing, [], title);
    }
  });

  it('shows a picture at each step, in every theme', async () => {
    await open();
    for (const theme of Object.keys(themes) as Theme[]) {
      await workbench().setTheme(theme);
      for (const step of steps) {
        // Not anywhere in the row: a step that is open has buttons.
        await row(step).locator('.step-title').click();
        const drawing = await readFile(path.join(extensionFolder, step.media.svg), 'utf8');
        const [, title = ''] = /<title>(.*)<\/title>/.exec(drawing) ?? [];
        await workbench().webview().content.locator('svg', { hasText: title }).waitFor();
        await workbench().screenshot(`walkthrough-${theme}-${step.id}`);
      }
    }
    await workbench().setTheme('light');
  });

  it('ticks off what was done', async () => {
    const { testing } = workbench();
    const [, run, view] = steps as [Step, Step, Step];
    await testing.open();
    await testing.expandAll();
    await testing.run('FGSM 2/255');
    await testing.waitFor('FGSM 2/255', 'Passed');
    await testing.clickAction('FGSM 2/255', 'Open Perturbation View');
    await workbench().webview().content.getByRole('listbox', { name: 'Examples' }).waitFor();
    await open();
    await isDone(run);
    await isDone(view);
    await workbench().screenshot('walkthrough-done');
  });
});
