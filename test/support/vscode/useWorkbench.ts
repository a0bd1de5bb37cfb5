import { type HostOptions, startHost } from './startHost.ts';
import { Workbench } from './workbench.ts';
import { copyWorkspace, extensionFolder, type WorkspaceCopy } from './workspace.ts';

export interface WorkbenchOptions extends HostOptions {
  /** The folder of which a copy is opened; the demo by default. */
  readonly workspace?: string;
}

/**
 * Gives the surrounding `describe` a VS Code with the extension installed and a copy of a folder open, shared by its
 * tests since a start takes seconds. A test that fails leaves a screenshot. The function returns the workbench, which
 * exists while tests and their hooks run.
 */
export function useWorkbench(options: WorkbenchOptions = {}): () => Workbench {
  let workspace: WorkspaceCopy | undefined;
  let workbench: Workbench | undefined;

  before(async () => {
    workspace = await copyWorkspace(options.workspace);
    workbench = new Workbench(await startHost({ extensions: [extensionFolder], ...options }));
    await workbench.open(workspace.folder);
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await workbench?.screenshot(`failed-${this.currentTest.fullTitle()}`);
    // A menu or picker that is still open would make the next tests fail as well.
    await workbench?.keyboard.press('Escape', 'Escape');
  });

  after(async () => {
    await workbench?.host.stop();
    await workspace?.remove();
  });

  return () => {
    if (workbench === undefined) throw new Error('VS Code has not been started yet.');
    return workbench;
  };
}
