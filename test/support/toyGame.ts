import { generators } from '../../src/defenses/generators/catalog.ts';
import type { Game } from '../../src/defenses/generators/generatorDefinition.ts';
import type { GameTask } from '../../src/defenses/generators/playGame.ts';
import { Checkpoint } from '../../src/defenses/training/checkpoint.ts';
import { Trainee } from '../../src/defenses/training/trainee.ts';
import { noPreprocessing } from '../../src/models/preprocessing.ts';
import { startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { withoutSoftmax } from '../../src/models/tfjs/operations/withoutSoftmax.ts';
import { registerTrainingGradients } from '../../src/models/tfjs/training/trainingGradients.ts';
import { completeParameters } from '../../src/parameters/complete.ts';
import { toyModel, toySet, toyShape } from './trainingToys.ts';

/** A short training of a generator against an untrained toy: two epochs of three steps. */
export async function toyGame(kind: string, folder: string, change: Partial<GameTask> = {}): Promise<GameTask> {
  await startTensorFlow();
  registerTrainingGradients();
  const definition = generators.get(kind);
  if (definition === undefined) throw new Error(`there is no generator "${kind}"`);
  const judge = new Trainee(await withoutSoftmax(toyModel()), noPreprocessing);
  const given = { epochs: 2, batchSize: 8, learningRate: 0.01 };
  const parameters = { ...completeParameters(definition, given, 'quick'), ...change.parameters };
  const context = { shape: toyShape, classes: 3, judge, seed: 5 };
  const game: Game = await definition.begin(context, parameters);
  return {
    ...context,
    game,
    parameters,
    training: toySet(26),
    validation: toySet(6, 2),
    checkpoint: new Checkpoint(folder, { kind }),
    signal: new AbortController().signal,
    onProgress: () => {},
    ...change,
  };
}
