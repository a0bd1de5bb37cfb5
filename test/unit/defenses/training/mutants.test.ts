import assert from 'node:assert/strict';
import { defenses } from '../../../../src/defenses/training/catalog.ts';
import type { DefenseDefinition } from '../../../../src/defenses/training/defenseDefinition.ts';
import { Trainee } from '../../../../src/defenses/training/trainee.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { type Checks, firstFailure } from '../../../support/checks.ts';
import { rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { type TrainingSubject, trainingChecks } from './trainingChecks.ts';
import { trainingRewrites } from './trainingRewrites.ts';

const folder = 'defenses/training';

describe('the checks of training defenses fail', () => {
  before(async () => {
    await startTensorFlow();
    registerTrainingGradients();
  });

  for (const [id, parts] of Object.entries(trainingRewrites)) {
    for (const [part, rewrites] of Object.entries(parts)) {
      for (const [name, rewrite] of Object.entries(rewrites)) {
        it(`where ${name} (${id})`, async () => {
          // A defense does not import what it trains.
          const mutant =
            part === 'trainee'
              ? { Trainee: await rewrittenPart<typeof Trainee>({ folder, file: part, exported: 'Trainee' }, rewrite) }
              : {
                  definition: await rewrittenPart<DefenseDefinition>({ folder, file: id, exported: id, part }, rewrite),
                };
          const subject = { definition: defenses.get(id) as DefenseDefinition, Trainee, ...mutant };
          const failed = await firstFailure(trainingChecks[id] as Checks<TrainingSubject>, subject);
          assert.notEqual(failed, undefined, 'the mutant passes every check');
        });
      }
    }
  }
});
