// Compares classifiers of Keras's own collection, in each format that Keras and TensorFlow write, with what Keras computes.
import { rm } from 'node:fs/promises';
import { isDifferentiable } from '../../src/models/classifier.ts';
import { openModel } from '../../src/models/open.ts';
import { compare, type Exported, readReference } from './check.ts';
import { answers, applications, provision } from './python.ts';

/** Logits may be so far from Keras in float64, in parts of the largest, or as many times as far as Keras in float32. */
const mostError = 1e-4;
const leastCosine = 0.9999;
const mostRatio = 2;

/** A line of applications.py. */
type Answer = Pick<
  Exported,
  'model' | 'file' | 'reference' | 'size' | 'images' | 'labels' | 'logitsSpread' | 'gradientSpread' | 'cosineSpread'
> & { readonly form: string };
type Unwritten = Pick<Answer, 'model' | 'form'> & { readonly failure: string };

/**
 * Compares them one after the other.
 * @param keeps leaves their files in the folder.
 * @returns a row for each file, and how many miss.
 */
export async function verifyApplications(
  folder: string,
  keeps: boolean,
): Promise<{ readonly rows: readonly string[]; readonly misses: number }> {
  provision(applications);
  const rows = [
    '| classifier | file | engine | logits error | gradient error | Keras’s spread | cosine | verdict |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  let misses = 0;
  for (const name of await names()) {
    const files: string[] = [];
    for await (const answer of answers<Answer | Unwritten>(applications, folder, name)) {
      const { model, form } = answer;
      if ('failure' in answer) {
        rows.push(`| ${model} | ${form} |  |  |  |  |  | TensorFlow does not write it: ${answer.failure} |`);
        console.log(rows.at(-1));
        continue;
      }
      files.push(answer.file, answer.reference);
      const { cells, isMiss } = await checked(answer);
      if (isMiss) misses++;
      rows.push(`| ${[model, form, ...cells].join(' | ')} |`);
      console.log(rows.at(-1));
    }
    if (!keeps)
      for (const file of files) await rm(file.replace(/\/model\.json$/, ''), { recursive: true, force: true });
  }
  return { rows, misses };
}

async function names(): Promise<string[]> {
  for await (const list of answers<string[]>(applications, 'list')) return list;
  return [];
}

async function checked(answer: Answer): Promise<{ readonly cells: readonly string[]; readonly isMiss: boolean }> {
  const { file, reference, size, images, labels, logitsSpread, gradientSpread, cosineSpread } = answer;
  try {
    const { classifier } = await openModel({ name: answer.model, path: file });
    try {
      if (!isDifferentiable(classifier)) throw new Error(classifier.obstacle ?? 'it gives no gradient');
      const right = await readReference(reference, images, size[0] * size[1] * 3);
      const { logits, gradients } = await classifier.pullback(
        right.images,
        labels.map((label) => [{ kind: 'crossEntropy', label }]),
      );
      const { error: logitsError } = compare(logits as Float32Array[], right.logits);
      const found = compare(
        gradients.map(([gradient]) => gradient as Float32Array),
        right.gradients,
      );
      // Negated, so that NaN misses as well. 1 − cosine grows with the square of the error.
      const isClose = logitsError <= Math.max(mostError, mostRatio * logitsSpread);
      const isAlong = 1 - found.cosine <= Math.max(1 - leastCosine, mostRatio ** 2 * cosineSpread);
      const isMiss = !(isClose && isAlong);
      const numbers = [logitsError, found.error, gradientSpread].map((value) => value.toExponential(1));
      return { isMiss, cells: [classifier.engine, ...numbers, found.cosine.toFixed(7), isMiss ? 'MISS' : 'ok'] };
    } finally {
      classifier.dispose();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : `${error}`;
    return { isMiss: true, cells: ['', '', '', '', '', `MISS: ${message.split('\n', 1)[0]}`] };
  }
}
