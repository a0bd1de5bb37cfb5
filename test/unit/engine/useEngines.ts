import assert from 'node:assert/strict';
import { EngineClient, type EngineOptions } from '../../../src/engine/client.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { imagesOf, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, engineFile } from '../../support/program.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

export const images = imagesOf('stop', 'yield', 'no-entry', 'turn-left', 'keep-right', 'roadworks');
const common = { model: 'signs', attack: 'ifgsm', epsilon: '1/255', expect: { robustAccuracy: 0 } };
const tests = {
  short: { ...common, dataset: 'stops', attack: 'fgsm' },
  // Many more steps than the budget needs: nothing stops early, and images finish batch by batch.
  long: { ...common, dataset: 'street', parameters: { steps: 15 } },
  endless: { ...common, dataset: 'street', parameters: { steps: 100_000 } },
  some: { ...common, dataset: 'street', classes: ['stop', 'yield'] },
  forged: { model: 'signs', attack: 'forge', target: 'stop', expect: { successRate: 1 } },
};

/** Engines for the tests of a suite, and the plans that they run. */
export function useEngines() {
  const workspace = suiteFolder();
  const folder = temporaryFolder();
  builtProgram();

  let plans: Record<keyof typeof tests, TestPlan>;
  let client: EngineClient | undefined;
  before(async () => {
    const datasets = { stops: { path: 'data/street', limit: 2 } };
    await writeWorkspace(workspace.at('.'), { tests, images, datasets });
    const resolution = resolvePlans(await readWorkspace(workspace.at('.')));
    assert.deepEqual(resolution.problems, []);
    plans = Object.fromEntries(resolution.plans.map((plan) => [plan.name, plan])) as typeof plans;
  });
  afterEach(() => client?.dispose());

  const run = () => folder.at('run');
  const start = (options?: EngineOptions, entry = engineFile) => {
    client = new EngineClient(entry, options);
    return client;
  };
  return {
    folder,
    run,
    start,
    get plans() {
      return plans;
    },
  };
}
