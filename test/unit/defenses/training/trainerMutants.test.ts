import assert from 'node:assert/strict';
import type { train } from '../../../../src/defenses/training/trainer.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { firstFailure } from '../../../support/checks.ts';
import { type Rewrite, rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { trainerChecks } from './trainerChecks.ts';

const rewrites: Readonly<Record<string, Rewrite>> = {
  'the last weights are the result': ['await checkpoint.restoreBest(this.#weights, best.epoch);', ''],
  'the first epoch stays the best': ['found.robustAccuracy > best.robustAccuracy', 'false'],
  'the last epoch is taken for the best': ['found.robustAccuracy > best.robustAccuracy', 'true'],
  'training is patient for an epoch more': ['sinceBest >= parameters.patience', 'sinceBest > parameters.patience'],
  'training is not patient': ['sinceBest >= parameters.patience', 'false'],
  'the optimizer forgets': ['[...this.#weights, ...this.#optimizer.state]', '[...this.#weights]'],
  'moving averages are forgotten': ['trainee.model.weights.map', 'trainee.model.trainableWeights.map'],
  'randomness is that of the session': [
    "randomnessOf(seed, 'step', step)",
    "randomnessOf(seed, 'step', step - this.#first.step)",
  ],
  'an epoch is ordered anew when it is resumed': [
    "randomnessOf(seed, 'epoch', epoch)",
    "randomnessOf(seed, 'epoch', epoch + this.#first.step)",
  ],
  'attacks see weights that are gone': [
    'this.#trainee.weightsChanged();\n    if (!Number',
    'if (this.#first.step > 0) this.#trainee.weightsChanged();\n    if (!Number',
  ],
  'losses are forgotten': ['const { sum, count } = this.#state.loss;', 'const { sum, count } = { sum: 0, count: 0 };'],
  'an epoch is measured twice': ['if (Number.isInteger(epoch) && !isMeasured)', 'if (Number.isInteger(epoch))'],
};

describe('the checks of training fail', () => {
  before(async () => {
    await startTensorFlow();
    registerTrainingGradients();
  });

  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const place = { folder: 'defenses/training', file: 'trainer', exported: 'train' };
      const mutant = await rewrittenPart<typeof train>(place, rewrite);
      assert.notEqual(await firstFailure(trainerChecks, mutant), undefined, 'the mutant passes every check');
    });
  }

  it('where a checkpoint overwrites what it replaces', async () => {
    const place = { folder: 'defenses/training', file: 'checkpoint', exported: 'Checkpoint' };
    const { Checkpoint } = await import('../../../../src/defenses/training/checkpoint.ts');
    const mutant = await rewrittenPart<typeof Checkpoint>(place, ['? weightFiles[1]', '? weightFiles[0]']);
    const { train } = await import('../../../../src/defenses/training/trainer.ts');
    // A checkpoint of its own for each folder, as a task has it.
    const careless: typeof train = (task) => train({ ...task, checkpoint: new mutant(task.checkpoint.folder, {}) });
    assert.notEqual(await firstFailure(trainerChecks, careless), undefined, 'the mutant passes every check');
  });
});
