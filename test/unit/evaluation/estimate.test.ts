import assert from 'node:assert/strict';
import { describeEstimate, formatDuration, longRun, pointsPerImage } from '../../../src/evaluation/estimate.ts';
import { planOf } from '../../support/plans.ts';

const model = { classes: ['stop', 'yield', 'no entry'], input: { height: 4, width: 4, channels: 3 } } as const;

describe('an estimate', () => {
  it('counts the points of every budget', () => {
    const choice = { attack: 'pgd', parameters: { steps: 7, restarts: 3 } };
    assert.equal(pointsPerImage(planOf({ ...choice, epsilons: [0.1] }), model), 21);
    assert.equal(pointsPerImage(planOf({ ...choice, epsilons: [0.1, 0.2] }), model), 42);
  });

  it('has the parameters of the preset, each at its own budget', () => {
    const choice = { attack: 'pgd', parameters: { restarts: 1 } };
    assert.equal(pointsPerImage(planOf(choice), model), 20);
    assert.equal(pointsPerImage(planOf({ ...choice, preset: 'paper' }), model), 100);
    // I-FGSM takes min(k + 4, 1.25 k) steps, rounded up, for k gray levels.
    const curve = planOf({ attack: 'ifgsm', epsilons: [4 / 255, 32 / 255] });
    assert.equal(pointsPerImage(curve, model), 5 + 36);
    // On the grid a budget between two gray levels is that of the lower one.
    const between = { attack: 'ifgsm', epsilons: [4.9 / 255] };
    assert.equal(pointsPerImage(planOf(between), model), 7);
    assert.equal(pointsPerImage(planOf({ ...between, quantize: true }), model), 5);
  });

  it('counts an attack without a budget once', () => {
    const plan = planOf({ attack: 'deepfool', norm: 'l2', epsilons: [], parameters: { steps: 5 } });
    assert.equal(pointsPerImage(plan, model), 11);
  });

  it('knows the size of the model', () => {
    const plan = planOf({ attack: 'apgd', parameters: { loss: 'targeted-dlr', steps: 10 } });
    assert.equal(pointsPerImage(plan, model), 20);
    assert.equal(pointsPerImage(plan, { ...model, classes: Array.from({ length: 100 }, String) }), 90);
  });

  it('is told in units of its size, and never too short', () => {
    const told = [0.2, 45, 119.5, 120.1, 700, 3600, 7140, 7141, 100_000];
    assert.deepEqual(told.map(formatDuration), [
      '1 s',
      '45 s',
      '2 min',
      '3 min',
      '12 min',
      '60 min',
      '119 min',
      '2 h',
      '28 h',
    ]);
  });

  it('is told of tests that may take long, and of no others', () => {
    const plan = planOf({ id: 'signs › PGD' });
    assert.equal(describeEstimate(plan, { seconds: 700, images: 3 }), 'signs › PGD: about 12 min');
    assert.equal(describeEstimate(plan, { seconds: longRun + 0.1, images: 3 }), 'signs › PGD: about 31 s');
    assert.equal(describeEstimate(plan, { seconds: longRun, images: 3 }), undefined);
    assert.equal(describeEstimate(plan, undefined), undefined);
  });
});
