import { whiteNoise } from '../data/noiseImages.ts';
import { stretching } from '../data/resizing.ts';
import { cannotFail } from '../evaluation/comparison.ts';
import { epsilonsOf, type TestPlan } from '../evaluation/plan.ts';
import { definitionOf } from '../runner/configuredAttack.ts';
import type { EngineLocation, TestReport } from './report.ts';

const quickWarning = 'This was a quick run: few images, and no audit. Run the test itself before you rely on it.';

const cannotFailWarning =
  'This test cannot fail: every model meets what it expects, whatever the attack does. State what you need of the model in "expect".';

/** The part of a report that is known before the test runs. */
export function unstartedReport(plan: TestPlan, location: EngineLocation): TestReport {
  const { id, title, kind, threatModel } = definitionOf(plan.attacks[0].attack);
  const { norm, preset, quantize, queries } = plan.attacks[0].choice;
  const last = plan.attacks.at(-1) ?? plan.attacks[0];
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
      id,
      title,
      kind,
      threatModel,
      norm,
      preset,
      ...(plan.target === undefined ? {} : { target: plan.target }),
      quantize,
      ...(queries !== undefined && { queries }),
      epsilons: epsilonsOf(plan),
      parameters: last.parameters,
    },
    ...(plan.detector && { detector: { ...plan.detector, attacker: plan.attacker ?? 'adaptive' } }),
    ...(plan.purifier && { purifier: { ...plan.purifier, attacker: plan.attacker ?? 'adaptive' } }),
    ...(plan.surrogates && { surrogates: plan.surrogates.map(({ name, path }) => ({ name, path })) }),
    ...(plan.quick && { quick: true }),
    seed: plan.seed,
    engine: { name: 'none', location },
    expect: plan.expect,
    comparisons: [],
    rounds: [],
    warnings: [...(plan.quick ? [quickWarning] : []), ...(cannotFail(plan) ? [cannotFailWarning] : [])],
    pictures: [],
    queries: { points: 0, gradients: 0 },
    time: 0,
    origin: plan.origin,
  };
}
