import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { FinishedImage } from '../evaluation/evaluate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { eachExample, filterExamples } from '../reports/examples.ts';
import { slug } from '../reports/fileNames.ts';
import { keepFinished, readFinished, writeFinished } from '../reports/finishedImages.ts';
import { imagesFolder, picturesFolder, writing } from '../reports/runFolder.ts';
import { describeError } from '../userError.ts';

/** What of an interrupted run holds. */
export interface Standing {
  /** Ids of the tests of which everything holds. */
  readonly whole: ReadonlySet<string>;
  /** The tests whose finished images hold. */
  readonly begun: readonly TestPlan[];
}

/**
 * Leaves in the folder of an interrupted run what holds, and removes what there is of all other tests and images, so that
 * they can be attacked from their start: what stands of them would be there twice. It may be interrupted itself.
 * @returns a line for each test that goes on, and for each whose finished images could not be left.
 * @throws UserError when examples are damaged, or the folder cannot be written.
 */
export async function leaveFinished(folder: string, { whole, begun }: Standing): Promise<string[]> {
  const counts = await countExamples(folder);
  await keepFinished(
    folder,
    begun.map(({ id }) => id),
  );
  const finished = new Map<string, ReadonlySet<number>>();
  const notes: string[] = [];
  for (const { id, attacks } of begun) {
    const known = await readFinished(folder, id).catch((error) => {
      notes.push(`${id} begins anew: ${describeError(error)}`);
      return [];
    });
    // Its examples are written first; after a loss of power they may be missing all the same.
    const isWhole = ({ index }: FinishedImage) => counts.get(id)?.get(index) === attacks.length;
    const images = known.filter(isWhole);
    if (images.length > 0) {
      notes.push(`${id} goes on: ${images.length === 1 ? '1 image is' : `${images.length} images are`} finished.`);
    }
    finished.set(id, new Set(images.map(({ index }) => index)));
    await writeFinished(folder, id, images);
  }
  for (const id of counts.keys()) {
    if (whole.has(id) || finished.has(id)) continue;
    for (const kind of [imagesFolder, picturesFolder]) {
      await writing(path.join(folder, kind, slug(id)), (place) => rm(place, { recursive: true, force: true }));
    }
  }
  await filterExamples(folder, ({ test, index }) => whole.has(test) || finished.get(test)?.has(index) === true);
  return notes;
}

/** How many examples there are of each test and image. */
async function countExamples(folder: string): Promise<Map<string, Map<number, number>>> {
  const counts = new Map<string, Map<number, number>>();
  for await (const { test, index } of eachExample(folder)) {
    const ofTest = counts.get(test) ?? new Map<number, number>();
    counts.set(test, ofTest.set(index, (ofTest.get(index) ?? 0) + 1));
  }
  return counts;
}
