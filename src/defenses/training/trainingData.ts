import { createHash } from 'node:crypto';
import { type LabeledImage, listExamples, readImages } from '../../data/loadExamples.ts';
import { sample } from '../../data/sample.ts';
import type { DatasetSource } from '../../data/source.ts';
import type { OpenedModel } from '../../models/openedModel.ts';
import { UserError } from '../../userError.ts';
import type { DefensePlan } from '../plan.ts';
import type { DataFacts } from './card.ts';
import type { LabeledPixels } from './objective.ts';

/** Without validation images, a tenth of the dataset is set aside, but no more than this. */
const mostValidationImages = 300;

/** With fewer images, none can be set aside. */
const fewestImages = 4;

/** An image of a known class. */
export type KnownImage = LabeledImage & { readonly label: number };

/** What to read images for: a part of a plan. */
type Selection = Pick<DefensePlan, 'dataset' | 'validation' | 'model' | 'seed'>;

/**
 * The labeled images of a plan, to train on and to measure on; without a dataset of their own, the latter are set aside.
 * @throws UserError when there are too few, or they are of one class, or have no labels; the signal's reason when it aborts.
 */
export async function loadTrainingData(
  plan: Selection,
  { classifier }: Pick<OpenedModel, 'classifier'>,
  signal: AbortSignal,
): Promise<{ readonly training: readonly KnownImage[]; readonly validation: readonly KnownImage[] }> {
  const read = async (source: DatasetSource): Promise<KnownImage[]> => {
    if (source.labels === 'predictions') throw unlabeled(source);
    const selection = { dataset: source, classNames: classifier.classes, seed: plan.seed };
    const { files } = await listExamples(selection);
    const reading = { shape: classifier.input, resizing: plan.model.resizing, signal };
    return (await readImages(files, source, reading, (image) => image)).images as KnownImage[];
  };
  const all = await read(plan.dataset);
  if (all.length < fewestImages) {
    throw new UserError(`${plan.dataset.path}: ${all.length} images are too few to train on. Add some.`);
  }
  const classOf = ({ label }: KnownImage) => label;
  const aside = plan.validation ? await read(plan.validation) : all;
  const count = Math.min(mostValidationImages, plan.validation ? aside.length : Math.ceil(all.length / 10));
  const validation = sample(aside, classOf, count, plan.seed);
  const chosen = new Set(validation);
  const training = plan.validation ? all : all.filter((image) => !chosen.has(image));
  const classes = new Set(training.map(classOf));
  if (classes.size < 2) {
    const only = classifier.classes[classOf(training[0] as KnownImage)];
    throw new UserError(
      `${plan.dataset.path}: all images are of one class, "${only}". A model trained on them would always predict it: add images of the other classes.`,
    );
  }
  return { training, validation };
}

function unlabeled({ path: folder }: DatasetSource): UserError {
  return new UserError(
    `${folder}: the labels are the model's own predictions, which are useless for training. Put the images into folders named after their classes, or give a table of labels ("csv").`,
  );
}

/** SHA-256 of the contents of the files and of their labels. */
export function hashOf(images: readonly KnownImage[]): string {
  const hash = createHash('sha256');
  for (const { sha256, label } of images) hash.update(`${sha256} ${label}\n`);
  return hash.digest('hex');
}

/** The images of a dataset, for a card. */
export function factsOf({ path: folder }: DatasetSource, images: readonly KnownImage[]): DataFacts {
  return { path: folder, images: images.length, sha256: hashOf(images) };
}

/** Images as a training takes them. */
export function toSet(images: readonly KnownImage[]): LabeledPixels {
  return { images: images.map(({ pixels }) => pixels), labels: images.map(({ label }) => label) };
}
