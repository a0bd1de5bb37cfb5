import assert from 'node:assert/strict';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { estimate } from '../../../src/jobs/estimate.ts';
import type { ModelCache } from '../../../src/jobs/modelCache.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { type PlanChoice, planOf } from '../../support/plans.ts';

describe('the estimate of a test', () => {
  const { now } = performance;
  let milliseconds = 0;
  beforeEach(() => {
    performance.now = () => milliseconds;
  });
  afterEach(() => {
    performance.now = now;
  });

  const linear = linearClassifier([[1], [-1]], [0, 0], { height: 1, width: 1, channels: 1 });
  /** A gradient takes it two seconds. */
  const classifier = Object.assign(Object.create(linear), {
    ...linear,
    async pullback(...request: Parameters<typeof linear.pullback>) {
      milliseconds += 2000 * request[0].length;
      return linear.pullback(...request);
    },
  });
  const models = { open: async () => ({ classifier, sha256: '' }) } as unknown as ModelCache;
  const { signal } = new AbortController();
  /** Eight images of noise, so many steps on each. */
  const secondsOf = async (steps: number, given: PlanChoice = {}) => {
    const { dataset: _, ...plan } = planOf({ attack: 'ifgsm', parameters: { steps }, ...given });
    const context = { signal, models, location: 'process', onProgress: () => {} } as const;
    return (await estimate(plan as TestPlan, context)).seconds;
  };

  it('is the time of all its points', async () => {
    assert.equal(await secondsOf(10), 8 * 10 * 2);
    assert.equal(await secondsOf(10, { epsilons: [0.1, 0.2] }), 2 * 8 * 10 * 2);
  });

  it('has what the audit may take: 1500 passes, three a gradient, or a quarter of the attack', async () => {
    assert.equal(await secondsOf(10, { audit: true }), 8 * 10 * 2 + 500 * 2);
    assert.equal(await secondsOf(1000, { audit: true }), 8 * 1000 * 2 * 1.25);
  });
});
