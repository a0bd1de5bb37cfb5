import * as vscode from 'vscode';
import type { DemoName } from '../../demos.ts';
import type { ViewLocation } from '../../page/protocol.ts';
import { AttackHistory } from '../attackHistory.ts';
import type { Result } from '../results.ts';
import { RunningTests } from '../runningTests.ts';
import { showError } from '../showError.ts';
import type { KeepTarget } from './keep.ts';
import type { Services } from './services.ts';

const { l10n } = vscode;

/** Registers every command of the manifest. Modules that only some commands need are loaded on demand. */
export function registerCommands(context: vscode.ExtensionContext, services: Services): void {
  const commands: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = {
    'perturb.attackModel': async (model?: vscode.Uri) => {
      const { attackModel } = await import('./attackModel.ts');
      await attackModel(context, services, model);
    },
    'perturb.addRobustnessTest': async (model?: vscode.Uri) => {
      const { addRobustnessTest } = await import('./addRobustnessTest.ts');
      await addRobustnessTest(context, services, model);
      await services.explorer.refresh();
    },
    'perturb.checkPreprocessing': async (model?: vscode.Uri) => {
      const { checkPreprocessing } = await import('./checkPreprocessing.ts');
      await checkPreprocessing(services, model);
      await services.explorer.refresh();
    },
    'perturb.mapImageSpace': async () => {
      const { mapImageSpace } = await import('./mapImageSpace.ts');
      await mapImageSpace(services);
    },
    'perturb.trainDetector': async (model?: vscode.Uri) => {
      const { trainDetector } = await import('./trainDetector.ts');
      await trainDetector(context, services, model);
    },
    'perturb.hardenModel': async (model?: vscode.Uri) => {
      const { hardenModel } = await import('./hardenModel.ts');
      await hardenModel(context, services, model);
    },
    'perturb.trainSurrogate': async (model?: vscode.Uri) => {
      const { trainSurrogate } = await import('./trainSurrogate.ts');
      await trainSurrogate(context, services, model);
    },
    'perturb.trainGenerator': async (model?: vscode.Uri) => {
      const { trainGenerator } = await import('./trainGenerator.ts');
      await trainGenerator(context, services, model);
    },
    'perturb.openTraining': async (number?: number) => {
      const { openTraining } = await import('./openTraining.ts');
      await openTraining(context, number);
    },
    'perturb.openFinding': async (check: string) => {
      const { openFindingPage } = await import('../findingPage.ts');
      await openFindingPage(context.extensionUri, check);
    },
    'perturb.openView': (target?: ViewLocation | vscode.TestItem) => openView(context, services, target),
    'perturb.keep': async (target?: KeepTarget | vscode.TestItem | { readonly test: vscode.TestItem }) => {
      const { keep, lastRunOf } = await import('./keep.ts');
      if (target && 'folder' in target) return keep(services, target);
      // From the message of a failure, VS Code passes its test.
      const item = target && 'test' in target ? target.test : target;
      const chosen = item
        ? lastRunOf(services, services.explorer.testOf(item).id)
        : await chooseResult(services.results.all().map(locate));
      if (chosen) await keep(services, chosen);
    },
    'perturb.updateBaseline': async (item?: vscode.TestItem) => {
      const { updateBaseline } = await import('./updateBaseline.ts');
      await updateBaseline(services, item && services.explorer.testOf(item));
    },
    'perturb.saveAsTest': async (location: ViewLocation) => {
      const { saveFormerAttack } = await import('./saveTest.ts');
      await saveFormerAttack(context, location);
      await services.explorer.refresh();
    },
    'perturb.openDemo': async (name?: DemoName) => {
      const { openDemo } = await import('../demo/openDemo.ts');
      await openDemo(context, name);
    },
    'perturb.showEngine': async () => {
      const { showEngine } = await import('./showEngine.ts');
      await showEngine(context, services);
    },
    'perturb.copyDiagnostics': async () => {
      const { copyDiagnostics } = await import('./copyDiagnostics.ts');
      await copyDiagnostics(context, services);
    },
    'perturb.showLog': async () => services.log.show(),
    'perturb.storeSecret': async () => {
      const { storeSecret } = await import('./storeSecret.ts');
      await storeSecret(context);
    },
    'perturb.installCuda': async () => {
      const { installCuda } = await import('./installCuda.ts');
      await installCuda(services.engine);
    },
    'perturb.installTensorFlow': async () => {
      const { installTensorFlow } = await import('./installTensorFlow.ts');
      await installTensorFlow(services.engine);
    },
  };
  for (const [name, run] of Object.entries(commands)) {
    context.subscriptions.push(
      vscode.commands.registerCommand(name, async (...args) => {
        try {
          await run(...(args as never[]));
        } catch (error) {
          showError(error, services.log);
        }
      }),
    );
  }
}

async function openView(
  context: vscode.ExtensionContext,
  { results, explorer }: Services,
  target?: ViewLocation | vscode.TestItem,
): Promise<void> {
  const { PerturbationViews } = await import('../view/perturbationView.ts');
  if (target && 'folder' in target) {
    PerturbationViews.of(context).open(target);
    return;
  }
  const test = target && explorer.testOf(target).id;
  const running = test === undefined ? undefined : RunningTests.of(context).find(test);
  if (running && test !== undefined) {
    PerturbationViews.of(context).open({ folder: running.folder, test });
    return;
  }
  const known = [...results.all().map(locate), ...new AttackHistory(context).all];
  const result = test === undefined ? undefined : results.get(test);
  const location = target ? result && locate(result) : await chooseResult(known);
  if (location) PerturbationViews.of(context).open(location);
  else if (target || known.length === 0) await offerResults(explorer.hasTests);
}

/** What leads to results where there are none yet. */
async function offerResults(hasTests: boolean): Promise<void> {
  const ways = hasTests
    ? new Map([[l10n.t('Show Tests'), ['workbench.view.testing.focus']]])
    : new Map([
        [l10n.t('Attack Model…'), ['perturb.attackModel']],
        [l10n.t('Open Demo Workspace'), ['perturb.openDemo', 'signs']],
      ]);
  const message = hasTests
    ? l10n.t('There are no results yet. Run the test first.')
    : l10n.t('There are no results yet. Attack a model first.');
  const chosen = await vscode.window.showInformationMessage(message, ...ways.keys());
  const [command, ...args] = (chosen && ways.get(chosen)) || [];
  if (command) await vscode.commands.executeCommand(command, ...args);
}

/** Something to show in the perturbation view, and what came of it. */
interface Known extends ViewLocation {
  readonly message: string;
  /** Of an attack that is no test. */
  readonly started?: string;
}

function locate({ folder, report: { id, message } }: Result): Known {
  return { folder, test: id, message };
}

async function chooseResult(known: readonly Known[]): Promise<ViewLocation | undefined> {
  if (known.length === 0) return undefined;
  const items = known.map(({ folder, test, message, started }) => ({
    label: test,
    detail: message,
    description: started && l10n.t('attacked {0}', new Date(started).toLocaleString(vscode.env.language)),
    location: { folder, test },
  }));
  const options = { title: l10n.t('Results'), matchOnDetail: true, matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.location;
}
