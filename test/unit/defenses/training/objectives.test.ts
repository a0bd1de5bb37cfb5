import { defenses } from '../../../../src/defenses/training/catalog.ts';
import type { DefenseDefinition } from '../../../../src/defenses/training/defenseDefinition.ts';
import { Trainee } from '../../../../src/defenses/training/trainee.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { itPasses } from '../../../support/checks.ts';
import { trainingChecks } from './trainingChecks.ts';

describe('what training defenses minimize', () => {
  before(async () => {
    await startTensorFlow();
    registerTrainingGradients();
  });

  for (const [id, checks] of Object.entries(trainingChecks)) {
    describe(id, () => itPasses(checks, { definition: defenses.get(id) as DefenseDefinition, Trainee }));
  }
});
