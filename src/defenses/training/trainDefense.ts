import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { claimFolder } from '../../data/ownFolder.ts';
import { openModel } from '../../models/open.ts';
import type { OpenedModel } from '../../models/openedModel.ts';
import type { ModelOptions } from '../../models/options.ts';
import { startTensorFlow } from '../../models/tfjs/backend.ts';
import { readLayersModel } from '../../models/tfjs/readLayersModel.ts';
import { registerTrainingGradients } from '../../models/tfjs/training/trainingGradients.ts';
import { completeParameters } from '../../parameters/complete.ts';
import type { ConfiguredAttack } from '../../runner/configuredAttack.ts';
import { victimOf } from '../../runner/victim.ts';
import { UserError } from '../../userError.ts';
import { type CraftedExample, craftExamples } from '../crafting/craftExamples.ts';
import { exportExamples } from '../crafting/exportExamples.ts';
import type { DefensePlan } from '../plan.ts';
import type { TrainingProgress } from '../progress.ts';
import { defenses } from './catalog.ts';
import { Checkpoint } from './checkpoint.ts';
import type { CommonParameters } from './commonParameters.ts';
import type { DefenseDefinition } from './defenseDefinition.ts';
import type { DefenseReport } from './report.ts';
import { train } from './trainer.ts';
import { factsOf, hashOf, type KnownImage, loadTrainingData, toSet } from './trainingData.ts';
import { writeHardened } from './writeHardened.ts';

/** What training works with. */
interface Context {
  readonly signal: AbortSignal;
  /** How the model is computed before and after. */
  readonly computing?: ModelOptions;
  onProgress(progress: TrainingProgress): void;
}

/**
 * Hardens a model and writes the result into the plan's folder: `model.json` with its weights, `model.onnx`,
 * `labels.txt`, `card.json` and `card.md`. During training, its state is in the folder `checkpoint` there; a later call
 * with the same plan resumes from it.
 * @throws UserError when the model cannot be trained here, the images are unsuitable, the folder holds something else
 * or cannot be written, or the checkpoint belongs to another training; the signal's reason when it aborts.
 */
export async function trainDefense(
  plan: DefensePlan,
  { signal, computing, onProgress }: Context,
): Promise<DefenseReport> {
  const tell = (progress: Omit<TrainingProgress, 'name'>) => onProgress({ name: plan.name, ...progress });
  tell({ phase: 'loading', step: 0, steps: 0 });
  const definition = defenses.get(plan.kind);
  if (definition === undefined) throw new UserError(`There is no training defense "${plan.kind}".`);
  const parameters = completeParameters(definition, plan.parameters, plan.preset);
  await checkFolder(plan);
  const opened = await openModel(plan.model, computing);
  try {
    const data = await loadTrainingData(plan, opened, signal);
    const craft = async (attacks: readonly ConfiguredAttack[]) => {
      const examples = await craftSet(plan, opened, data.training, attacks, signal, tell);
      await exportSet(plan, opened, data.training, examples);
      return examples;
    };
    if (!plan.model.path.endsWith('.json')) await refuse(plan, definition, parameters, craft);
    const { name: engine } = await startTensorFlow();
    registerTrainingGradients();
    const { model } = await readLayersModel(plan.model.path);
    const checkpoint = new Checkpoint(path.join(plan.path, 'checkpoint'), {
      defense: plan.kind,
      parameters: JSON.stringify(parameters),
      seed: String(plan.seed),
      model: opened.sha256,
      preprocessing: JSON.stringify(opened.preprocessing),
      'training data': hashOf(data.training),
      'validation data': hashOf(data.validation),
      engine,
    });
    const { classifier, preprocessing } = opened;
    const trained = await train({
      definition,
      parameters,
      model,
      input: classifier.input,
      classes: classifier.classes.length,
      preprocessing,
      training: toSet(data.training),
      validation: toSet(data.validation),
      seed: plan.seed,
      checkpoint,
      craft,
      signal,
      onProgress: tell,
    });
    const report = await writeHardened({
      plan,
      definition,
      parameters,
      opened,
      model,
      trained,
      training: factsOf(plan.dataset, data.training),
      validation: factsOf(plan.validation ?? plan.dataset, data.validation),
      engine,
    });
    await checkpoint.remove();
    trained.network.dispose();
    return report;
  } finally {
    opened.classifier.dispose();
  }
}

/**
 * @throws UserError when writing there would overwrite the original model, or anything that does not belong to this
 * defense.
 */
async function checkFolder({ path: folder, model, name }: DefensePlan): Promise<void> {
  const real = async (place: string) => realpath(place).catch(() => path.resolve(place));
  if ((await real(folder)) === (await real(path.dirname(model.path)))) {
    throw new UserError(
      `${folder} is the folder of the model itself, which would be overwritten. Choose another "path" for "${name}".`,
    );
  }
  await claimFolder(folder, { holds: `the model of the defense "${name}"`, contents: hardenedFiles });
}

/** Our files in the folder of a hardened model. */
const hardenedFiles = [
  'model.json',
  'weights.bin',
  'model.onnx',
  'labels.txt',
  'card.md',
  'card.json',
  'checkpoint',
  'examples',
  'detector.json',
  'detector.npz',
];

/** Even if a model cannot be trained here, its examples can be made. */
async function refuse(
  plan: DefensePlan,
  definition: DefenseDefinition,
  parameters: CommonParameters & Record<string, unknown>,
  craft: (attacks: readonly ConfiguredAttack[]) => Promise<readonly CraftedExample[]>,
): Promise<never> {
  const why = `${plan.model.path} cannot be trained here: only TensorFlow.js layers models (model.json) can.`;
  const attacks = definition.attacks?.(parameters);
  if (attacks === undefined) {
    throw new UserError(
      `${why} The defense "examples" can write correctly labeled adversarial examples, for training the model where it was made.`,
    );
  }
  const examples = await craft(attacks);
  throw new UserError(
    `${why} ${examples.length} correctly labeled adversarial examples were written to ${examplesFolder(plan)}: train the model on them where it was made.`,
  );
}

function examplesFolder(plan: DefensePlan): string {
  return path.join(plan.path, 'examples');
}

async function craftSet(
  plan: DefensePlan,
  { classifier }: OpenedModel,
  images: readonly KnownImage[],
  attacks: readonly ConfiguredAttack[],
  signal: AbortSignal,
  tell: (progress: Omit<TrainingProgress, 'name'>) => void,
): Promise<CraftedExample[]> {
  let total = 0;
  const examples = await craftExamples(victimOf(classifier), images, attacks, {
    seed: plan.seed,
    signal,
    onProgress(done, of) {
      total = of;
      tell({ phase: 'crafting', step: done, steps: of });
    },
  });
  if (total === 0) {
    throw new UserError(
      `${plan.dataset.path}: no image is eligible: all ${images.length} are misclassified before any attack. Check labels and preprocessing.`,
    );
  }
  if (examples.length > 0) return examples;
  const names = attacks.map(({ attack }) => attack).join(', ');
  throw new UserError(
    `No attack (${names}) fooled the model on any of ${total / attacks.length} images, so there are no examples to learn from. Choose a larger "epsilon", or other attacks.`,
  );
}

async function exportSet(
  plan: DefensePlan,
  { classifier }: OpenedModel,
  images: readonly KnownImage[],
  examples: readonly CraftedExample[],
): Promise<void> {
  const named = examples.map((example) => ({ ...example, original: images[example.original]?.file ?? '' }));
  await exportExamples(examplesFolder(plan), named, classifier.input, classifier.classes);
}
