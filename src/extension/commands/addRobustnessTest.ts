import * as vscode from 'vscode';
import type { AttackDefinition } from '../../attacks/attackDefinition.ts';
import { kinds } from '../../attacks/kind.ts';
import type { ExpectedMetric } from '../../evaluation/plan.ts';
import { chooseAttack } from './chooseAttack.ts';
import { chooseModel } from './chooseModel.ts';
import { saveSettings, settingsFor, showSettings, withChoice } from './settingsFile.ts';

const { l10n } = vscode;

/** *Add Robustness Test…*: asks like *Attack Model…*, saves the test in the settings, and shows it there. */
export async function addRobustnessTest(uri: vscode.Uri | undefined): Promise<void> {
  const model = await chooseModel(uri);
  if (model === undefined) return;
  const settings = await settingsFor(model);
  const choice = await chooseAttack(model, settings.layer);
  if (choice === undefined) return;
  const asks = kinds[choice.attack.kind].isMeasured;
  const expect = asks ? await chooseExpectation(choice.attack) : undefined;
  if (asks && expect === undefined) return;
  const changed = withChoice(settings, choice, expect);
  await saveSettings(changed);
  await showSettings(changed, ['perturb.tests', choice.testName]);
}

async function chooseExpectation(
  attack: AttackDefinition,
): Promise<Partial<Record<ExpectedMetric, number>> | undefined> {
  const { metric, prompt, most, mistake } = expectationOf(attack);
  const text = await vscode.window.showInputBox({
    // A view that regains the focus between two questions must not end the dialog.
    ignoreFocusOut: true,
    title: l10n.t('Expectation'),
    prompt,
    value: '0.5',
    validateInput: (value) =>
      value.trim() !== '' && Number(value) >= 0 && Number(value) <= most ? undefined : mistake,
  });
  return text === undefined ? undefined : { [metric]: Number(text) };
}

/** The metric that can be expected of an attack, the prompt for it, and its maximum. */
function expectationOf({ kind, fixedBudget, norms: [norm] }: AttackDefinition) {
  const fraction = { most: 1, mistake: l10n.t('Enter a number from 0 to 1.') };
  if (!kinds[kind].hasTrueLabel) {
    const prompt = l10n.t('Maximum fraction of images that may be forged, from 0 to 1');
    return { metric: 'successRate', prompt, ...fraction };
  }
  if (!fixedBudget) {
    const prompt = l10n.t('Minimum median distance in {0} that the attack must need', norm);
    return {
      metric: 'medianDistance',
      prompt,
      most: Number.MAX_VALUE,
      mistake: l10n.t('Enter a number that is 0 or greater.'),
    };
  }
  const prompt = l10n.t('Minimum robust accuracy, from 0 to 1');
  return { metric: 'robustAccuracy', prompt, ...fraction };
}
