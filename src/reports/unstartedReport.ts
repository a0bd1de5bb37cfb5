import { catalog } from '../attacks/catalog.ts';
import { whiteNoise } from '../data/noiseImages.ts';
import { stretching } from '../data/resizing.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { EngineLocation, TestReport } from './report.ts';

/** The part of a report that is known before the test runs. */
export function unstartedReport(plan: TestPlan, location: EngineLocation): TestReport {
  const attack = catalog.get(plan.attack);
  return {
    id: plan.id,
    name: plan.name,
    status: 'errored',
    message: 'The test did not run.',
    model: {
      name: plan.model.name,
      path: plan.model.path,
      ...(plan.model.preprocessing && { preprocessing: plan.model.preprocessing }),
      resizing: plan.model.resizing ?? stretching,
    },
    dataset: { name: plan.dataset?.name ?? whiteNoise, path: plan.dataset?.path ?? '', notes: [] },
    attack: {
      id: plan.attack,
      title: attack?.title ?? plan.attack,
      kind: attack?.kind ?? 'attack',
      threatModel: attack?.threatModel ?? 'white-box',
      norm: plan.norm,
      preset: plan.preset,
      ...(plan.target === undefined ? {} : { target: plan.target }),
      quantize: plan.quantize,
      epsilons: plan.epsilons,
      parameters: plan.parameters,
    },
    ...(plan.detector && { detector: { ...plan.detector, attacker: plan.attacker ?? 'adaptive' } }),
    seed: plan.seed,
    engine: { name: 'none', location },
    expect: plan.expect,
    comparisons: [],
    rounds: [],
    warnings: [],
    pictures: [],
    queries: { points: 0, gradients: 0 },
    time: 0,
    origin: plan.origin,
  };
}
