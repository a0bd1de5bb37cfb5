import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { kinds } from '../attacks/kind.ts';
import type { ImageShape, Pixels } from '../data/image.ts';
import { writeNpy, writePng } from '../data/writeImage.ts';
import type { Example } from '../evaluation/example.ts';
import { identityOf } from '../evaluation/identity.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { definitionOf } from '../runner/configuredAttack.ts';
import { hide } from '../secrets.ts';
import { slug } from './fileNames.ts';
import { formatEpsilon } from './format.ts';
import type { ExampleReport, Trace } from './report.ts';
import { examplesFile, writing } from './runFolder.ts';
import { save, saveImage } from './saveImage.ts';
import { contactSheet, describeSteps } from './trace.ts';

/** What all examples of a test share. */
export interface ExampleContext {
  readonly plan: TestPlan;
  readonly modelSha256: string;
  readonly shape: ImageShape;
}

/**
 * Saves an example's images, then appends its line, so that every image the file lists exists.
 * @throws UserError when the folder cannot be written to or the disk is full.
 */
export async function appendExample(
  folder: string,
  context: ExampleContext,
  example: Example,
  epsilon: number | undefined,
): Promise<ExampleReport> {
  const report = await saveExample(folder, context, example, epsilon);
  await writing(path.join(folder, examplesFile), (file) =>
    appendFile(file, `${JSON.stringify(hide(report, context.plan.secrets))}\n`),
  );
  return report;
}

/** Saves an example's images. @throws UserError when the folder cannot be written to or the disk is full. */
export async function saveExample(
  folder: string,
  { plan, modelSha256, shape }: ExampleContext,
  example: Example,
  epsilon: number | undefined,
): Promise<ExampleReport> {
  const { image, adversarial, onGrid } = example;
  const { norm } = plan.attacks[0].choice;
  const original = await image.load();
  const place = [slug(plan.id), ...(epsilon === undefined ? [] : [slug(formatEpsilon(epsilon, norm))])];
  const name = `${String(example.index).padStart(5, '0')}-${image.sha256.slice(0, 8)}`;
  const shown = onGrid ?? adversarial;
  const [originalImage, adversarialImage, adversarialArray, trace] = await Promise.all([
    saveImage(folder, original, shape),
    shown && save(folder, place, `${name}.png`, (file) => writePng(file, shown.pixels, shape)),
    adversarial && onGrid && save(folder, place, `${name}.npy`, (file) => writeNpy(file, adversarial.pixels, shape)),
    saveTrace(folder, place, name, { plan, modelSha256, shape }, example, original),
  ]);
  return {
    test: plan.id,
    epsilon,
    index: example.index,
    identity: identityOf({ ...example, sha256: image.sha256, norm, model: modelSha256 }),
    image: image.file,
    sha256: image.sha256,
    label: example.label,
    ...(example.target === undefined ? {} : { target: example.target }),
    status: example.status,
    clean: example.clean,
    adversarial: adversarial?.prediction ?? null,
    norms: adversarial?.norms ?? null,
    originalImage,
    adversarialImage: adversarialImage ?? null,
    ...(onGrid &&
      adversarialArray && {
        adversarialArray,
        onGrid: { prediction: onGrid.prediction, norms: onGrid.norms, success: onGrid.success },
      }),
    ...(trace && { trace }),
    ...(example.stage !== undefined && { stage: example.stage }),
    queries: example.queries,
    seed: example.seed,
    notes: image.notes,
  };
}

async function saveTrace(
  folder: string,
  place: readonly string[],
  name: string,
  { plan, shape }: ExampleContext,
  { steps = [] }: Example,
  original: Pixels,
): Promise<Trace | undefined> {
  if (steps.length === 0) return undefined;
  const { sheet, columns, shape: sheetShape } = contactSheet(steps, shape);
  return {
    image: await save(folder, place, `${name}-steps.png`, (file) => writePng(file, sheet, sheetShape)),
    columns,
    axis: kinds[definitionOf(plan.attacks[0].attack).kind].axis,
    steps: describeSteps(original, steps, shape),
  };
}
