import { levelOf, levels, levelsOf, valueAt } from '../../data/grid.ts';
import type { ImageShape, Pixels } from '../../data/image.ts';
import { UserError } from '../../userError.ts';
import { type Layout, layoutOf, shapeIn, squareSide } from '../inputShape.ts';
import { type Preprocessing, preprocess } from '../preprocessing.ts';

/** How the numbers of an image go to a server. */
export interface TensorForm {
  readonly shape: ImageShape;
  readonly layout: Layout;
  /** Lengths of the axes that one image is sent with: those of its shape, in the model's order, or one for all numbers. */
  readonly dims: readonly number[];
  /** The gray levels 0 to 255, or float32. */
  readonly type: 'levels' | 'float32';
  readonly preprocessing: Preprocessing;
}

/**
 * The form for a model that takes images with these axes.
 * @param dims axes of one image as the server states them, −1 for any length; missing where it does not say.
 * @param stated those that the settings state.
 * @throws UserError when they are not those of images of one size.
 */
export function imageAxes(
  dims: readonly number[] | undefined,
  stated: readonly number[] | undefined,
): Pick<TensorForm, 'shape' | 'layout' | 'dims'> {
  const isOpen = dims === undefined || dims.some((length) => length < 1);
  if (isOpen && stated === undefined) {
    const taken = dims === undefined ? 'The server does not say what images it takes' : `The model takes ${list(dims)}`;
    throw new UserError(
      `${taken}. State the shape of one image as "input" of this model in the settings, such as [3, 224, 224] or [224, 224, 3].`,
    );
  }
  const sent = isOpen ? (stated as readonly number[]) : dims;
  if (stated !== undefined && product(stated) !== product(sent)) {
    throw new UserError(`The model takes ${list(sent)}, but "input" of this model is ${list(stated)}. Correct it.`);
  }
  const side = sent.length === 1 ? squareSide(sent[0] as number) : undefined;
  // All numbers of an image in a row: in which order only the settings can say.
  const axes = stated ?? (side === undefined ? sent : [side, side]);
  const shape = shapeIn(axes);
  if (axes.length < 2 || axes.length > 3 || (shape.channels !== 1 && shape.channels !== 3)) {
    throw new UserError(
      `The model takes ${list(sent)}. Perturb needs images of a fixed height and width with 1 or 3 channels. If these numbers are an image, state its shape as "input" of this model in the settings.`,
    );
  }
  return { shape, layout: layoutOf(axes), dims: sent };
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => a * b, 1);
}

function list(lengths: readonly number[]): string {
  return `[${lengths.map((length) => (length < 1 ? '?' : length)).join(', ')}]`;
}

/** The numbers of an image (height × width × channels, RGB, in [0, 1]) in the model's order of axes; perhaps its own. */
export function numbersOf(
  pixels: Pixels,
  { shape, layout, type, preprocessing }: TensorForm,
): Float32Array | Uint8Array {
  const numbers =
    type === 'levels'
      ? levelsOf(inOrder(pixels, shape, preprocessing))
      : changesNothing(preprocessing)
        ? pixels
        : preprocess(pixels, shape.channels, preprocessing);
  if (layout === 'NHWC' || shape.channels === 1) return numbers;
  const { channels } = shape;
  const area = numbers.length / channels;
  return numbers.map((_, i) => numbers[(i % area) * channels + Math.floor(i / area)] as number);
}

function changesNothing({ mean, std, channels }: Preprocessing): boolean {
  return channels === 'rgb' && mean.every((value) => value === 0) && std.every((value) => value === 1);
}

/** For gray levels only the order of the channels can be another one. */
function inOrder(pixels: Pixels, { channels }: ImageShape, { channels: order }: Preprocessing): Pixels {
  return preprocess(pixels, channels, { mean: [0, 0, 0], std: [1, 1, 1], channels: order });
}

/** What to do about `mean` and `std` for a server that takes gray levels or PNG. @throws UserError when they are stated */
export function refuseScaling({ mean, std }: Preprocessing, takes: string): void {
  if (mean.every((value) => value === 0) && std.every((value) => value === 1 || value === 1 / levels)) return;
  throw new UserError(
    `The server takes ${takes}, and prepares pixels itself. Remove "mean" and "std" (or the preset) from "preprocessing" of this model.`,
  );
}

/** Texts of the pixel values of all gray levels. */
const textOfLevel = Array.from({ length: levels + 1 }, (_, level) => shortest(valueAt(level)));
/** Texts of other numbers that were written before: of pixels on the grid that were prepared there are few. */
const texts = new Map<number, string>();
const mostTexts = 4096;

function textOf(value: number): string {
  const level = levelOf(value);
  if (valueAt(level) === value) return textOfLevel[level] as string;
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = shortest(value);
  if (texts.size < mostTexts) texts.set(value, text);
  return text;
}

/** The shortest decimal that is read as the same float32. */
function shortest(value: number): string {
  let text = value.toPrecision(9);
  for (let digits = 1; digits < 9; digits++) {
    const shorter = value.toPrecision(digits);
    if (Math.fround(Number(shorter)) === value) {
      text = shorter;
      break;
    }
  }
  return String(Number(text));
}

/** Numbers as JSON, in a row: "0.5,0.25". */
export function rowText(numbers: Float32Array | Uint8Array): string {
  let text = textOf(numbers[0] as number);
  for (let i = 1; i < numbers.length; i++) text += `,${textOf(numbers[i] as number)}`;
  return text;
}

/** Numbers as JSON, nested by axes: "[[0.5,0.25],[1,0]]". */
export function nestedText(numbers: Float32Array | Uint8Array, [length = 1, ...rest]: readonly number[]): string {
  if (rest.length === 0) return `[${rowText(numbers)}]`;
  const size = numbers.length / length;
  return `[${Array.from({ length }, (_, i) => nestedText(numbers.subarray(i * size, (i + 1) * size), rest)).join(',')}]`;
}
