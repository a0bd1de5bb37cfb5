import assert from 'node:assert/strict';
import { useWorkbench } from '../support/vscode/useWorkbench.ts';

describe('The engine', () => {
  const workbench = useWorkbench();

  it('is shown with what to do about it, and has a log', async () => {
    const { notifications, page } = workbench();
    await workbench().runCommand('Perturb: Show Log');
    await workbench().statusItem('Perturb').click();
    await notifications.dialog.getByText(/ONNX Runtime [\d.]+ \(cpu\)/).waitFor();
    assert.match((await notifications.dialog.allInnerTexts()).join('\n'), /\(cpu\)\n+Other TensorFlow\.js models/);
    await workbench().screenshot('engine');
    await notifications.answer('Copy Diagnostics');
    await workbench().statusItem('Copied. Paste it into the report.').waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    assert.match(String(copied), /^Perturb \d/);
    assert.match(String(copied), /\[info\] The engine has started in process \d+/);
    // Its lines were copied; when VS Code draws them in its panel is its own affair.
    const channel = workbench().part('panel').getByRole('combobox', { name: 'Switch Output' });
    assert.equal(await channel.inputValue(), 'Perturb');
    await workbench().screenshot('log');
  });
});
