import { jsonpath } from 'json-p3';
import { UserError } from '../../../userError.ts';
import { noPreprocessing } from '../../preprocessing.ts';
import type { ModelSource } from '../../source.ts';
import { excerpt } from '../connection.ts';
import type { Endpoint, ImageForm } from '../endpoint.ts';
import { pngBase64 } from '../png.ts';
import type { Protocol, Reading } from '../protocol.ts';
import { imageAxes, nestedText, numbersOf, refuseScaling, type TensorForm } from '../tensor.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: settings have it in them
export const imagePlaceholder = '${image}';

/** How to ask any server that takes and gives JSON. */
export interface Template {
  readonly title: string;
  readonly url: string;
  readonly request: unknown;
  readonly images: ImageForm;
  /** JSONPaths into the answer: to the scores and, perhaps, their classes' names; or to the predicted class. */
  readonly scores?: string;
  readonly names?: string;
  readonly label?: string;
}

/** A server that the settings describe: its requests, and where the answer is in what it says. */
export function templateOf({ url, request, images = 'tensor', scores, names, label }: Endpoint): Template {
  const paths = { ...(scores && { scores }), ...(names && { names }), ...(label && { label }) };
  return { title: 'JSON over HTTP', url, request, images, ...paths };
}

/**
 * A server that is asked in JSON.
 * @param dims axes of one image as the server states them, if it does.
 * @param classes names of the classes, in which order scores with names are put.
 */
export function templateProtocol(
  template: Template,
  { preprocessing = noPreprocessing, input }: Pick<ModelSource, 'preprocessing' | 'input'>,
  classes: readonly string[] | undefined,
  dims?: readonly number[],
): Protocol {
  const isPng = template.images === 'png';
  if (isPng) refuseScaling(preprocessing, 'PNG images');
  const form: TensorForm = { ...imageAxes(dims, input), type: 'float32', preprocessing };
  return {
    title: template.title,
    input: form.shape,
    rounds: isPng,
    sendsPng: isPng,
    ...(repeatedIn(template.request) === undefined && { mostImages: 1 }),
    labelsOnly: template.label !== undefined,
    description: template,
    notes: [],
    async ask(connection, batch, options) {
      const texts = await Promise.all(
        batch.map(async (image) =>
          isPng ? await pngBase64(image, form.shape) : nestedText(numbersOf(image, form), form.dims),
        ),
      );
      const body = fill(template.request, texts, isPng);
      const request = { url: template.url, headers: { 'content-type': 'application/json' }, body };
      const { bytes } = await connection.send(request, options);
      return readingIn(connection.json(request, bytes), template, batch.length, classes);
    },
  };
}

/** The list with a single element, with an image in it: for several images, the element is repeated. */
function repeatedIn(node: unknown): readonly unknown[] | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if (Array.isArray(node) && node.length === 1 && holdsImage(node)) return node;
  for (const child of Object.values(node)) {
    const found = repeatedIn(child);
    if (found) return found;
  }
  return undefined;
}

/** True for a template with a place for an image in it. */
export function holdsImage(node: unknown): boolean {
  return JSON.stringify(node)?.includes(imagePlaceholder) ?? false;
}

/** The JSON of a request. @param texts each image as JSON, or in base64 */
function fill(node: unknown, texts: readonly string[], isPng: boolean): string {
  if (typeof node === 'string' && node.includes(imagePlaceholder)) {
    const [text = ''] = texts;
    return isPng ? JSON.stringify(node.replaceAll(imagePlaceholder, () => text)) : text;
  }
  if (Array.isArray(node)) {
    const items =
      node.length === 1 && holdsImage(node)
        ? texts.map((text) => fill(node[0], [text], isPng))
        : node.map((item) => fill(item, texts, isPng));
    return `[${items.join(',')}]`;
  }
  if (typeof node !== 'object' || node === null) return JSON.stringify(node);
  return `{${Object.entries(node).map(([key, value]) => `${JSON.stringify(key)}:${fill(value, texts, isPng)}`)}}`;
}

/** What an answer says about each image. */
function readingIn(
  answer: unknown,
  { url, scores, names, label }: Template,
  count: number,
  classes: readonly string[] | undefined,
): Reading {
  const at = (key: string, path: string) => {
    const rows = rowsAt(answer, path, count);
    if (rows !== undefined) return rows;
    const images = count === 1 ? 'one image' : `${count} images`;
    throw new UserError(
      `${url}: at ${path} of the answer there is not what "${key}" of this model's endpoint promises for ${images}. It answered: ${excerpt(JSON.stringify(answer))}`,
    );
  };
  if (label !== undefined) {
    return at('label', label).map((row) => (row.length === 1 ? row : [JSON.stringify(row)])) as Reading;
  }
  const rows = at('scores', scores as string) as (readonly number[])[];
  if (names === undefined) return rows;
  return at('names', names).map((found, i) => sorted(url, rows[i] as readonly number[], found, classes ?? []));
}

/** Scores in the order of the classes. */
function sorted(
  url: string,
  scores: readonly number[],
  names: readonly unknown[],
  classes: readonly string[],
): readonly number[] {
  const place = new Map(names.map((name, i) => [String(name), i]));
  const missing = classes.filter((name) => !place.has(name));
  if (missing.length > 0 || names.length !== scores.length) {
    const found = names
      .map((name) => `“${name}”`)
      .slice(0, 5)
      .join(', ');
    throw new UserError(
      `${url} answered with scores of ${names.length} classes (${found}${names.length > 5 ? ', …' : ''}), and none of “${missing[0]}”. Correct "labels" of this model, or, if it never gives the scores of all classes, set "label" instead of "scores" in its endpoint.`,
    );
  }
  return classes.map((name) => scores[place.get(name) as number] as number);
}

/** Values for each image: what a path finds may be one list for all, a list for each, or the values of a single image. */
function rowsAt(answer: unknown, path: string, count: number): readonly (readonly unknown[])[] | undefined {
  const found = jsonpath.query(path, answer as never).values() as readonly unknown[];
  const [first] = found;
  const list = found.length === 1 && Array.isArray(first) ? flat(first, count) : found;
  if (list.length === 0) return undefined;
  if (count === 1 && list.every(isValue)) return [list];
  if (list.length !== count) return undefined;
  const rows = list.map((row) => (Array.isArray(row) ? row.flat(Infinity) : [row]));
  return rows.every((row) => row.length > 0 && row.every(isValue)) ? rows : undefined;
}

/** The list of an only image may stand in lists of one element. */
function flat(list: readonly unknown[], count: number): readonly unknown[] {
  return count === 1 && list.length === 1 && Array.isArray(list[0]) ? flat(list[0], count) : list;
}

function isValue(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string';
}
