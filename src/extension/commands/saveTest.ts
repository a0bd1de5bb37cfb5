import * as vscode from 'vscode';
import { catalog } from '../../attacks/catalog.ts';
import { kinds } from '../../attacks/kind.ts';
import type { ViewLocation } from '../../page/protocol.ts';
import { UserError } from '../../userError.ts';
import { AttackHistory, type SavedChoice } from '../attackHistory.ts';
import { chooseExpectation } from '../questions/expectation.ts';
import { freeName } from '../questions/names.ts';
import { saveSettings, settingsIn, showSettings, withChoice } from './settingsFile.ts';

const { l10n } = vscode;

/**
 * Asks what to expect of an attack, saves it as a test in the settings, which may have changed since it was chosen, and shows
 * it there.
 * @param folder whose settings they are.
 */
export async function saveTest(folder: string, choice: SavedChoice): Promise<void> {
  const attack = catalog.get(String(choice.test.attack));
  if (attack === undefined) return;
  const { isMeasured } = kinds[attack.kind];
  const expect = isMeasured ? await chooseExpectation(attack) : undefined;
  if (isMeasured && expect === undefined) return;
  const settings = await settingsIn(folder);
  const testName = freeName(choice.testName, Object.keys(settings.layer.values['perturb.tests']));
  const changed = withChoice(settings, { ...choice, testName }, expect);
  await saveSettings(changed);
  await showSettings(changed, ['perturb.tests', testName]);
}

/**
 * *Save as Test…*: saves an earlier attack as a test.
 * @throws UserError when it was too long ago.
 */
export async function saveFormerAttack(context: vscode.ExtensionContext, location: ViewLocation): Promise<void> {
  const former = new AttackHistory(context).find(location);
  if (former === undefined) {
    throw new UserError(l10n.t('“{0}” was attacked too long ago. Attack it again to save it.', location.test));
  }
  await saveTest(former.home, former.choice);
}
