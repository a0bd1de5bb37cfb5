import { nearestName } from '../../data/nearestName.ts';
import { UserError } from '../../userError.ts';
import { checkClassCount } from '../classCount.ts';
import { assumedClassNames } from '../classNames.ts';
import { type AnswerKind, type Interpretation, isDistribution } from '../interpretation.ts';
import type { Reading } from './protocol.ts';

/**
 * What the first answers of a server are.
 * @param stated by the settings, or by the protocol.
 * @param classes names of the classes, if known.
 * @param notes gets what was decided, in a few words.
 * @throws UserError when they are not what was stated, or cannot be told for classes.
 */
export function interpret(
  first: Reading,
  stated: AnswerKind | undefined,
  classes: readonly string[] | undefined,
  notes: string[],
): Interpretation {
  if (stated === 'labels') {
    if (classes !== undefined) return { kind: 'labels', classes };
    throw new UserError(
      'The server answers with the predicted class alone, so nobody knows which others there are. Set "labels" of this model to a file with the names of its classes.',
    );
  }
  const rows = first.map(numbersIn);
  const [row] = rows as [Float32Array];
  if (row.length === 1) {
    throw new UserError(
      'The server answers with a single number for an image, and Perturb needs a score for each class. If it is the index of the predicted class, set "answers" of this model\'s endpoint to "labels".',
    );
  }
  checkClassCount(row.length, classes);
  const kind = stated ?? (rows.every(isDistribution) ? 'probabilities' : 'logits');
  return { kind, classes: classes ?? assumedClassNames(row.length, notes) };
}

/**
 * What a server said about one image, as numbers: the scores as they are, or the index of the class.
 * @throws UserError when that is not what it said before.
 */
export function rowOf(values: Reading[number], { kind, classes }: Interpretation): Float32Array {
  if (kind === 'labels') return Float32Array.of(classIn(values, classes));
  const row = numbersIn(values);
  if (row.length !== classes.length) {
    throw new UserError(
      `The server answered with ${row.length} scores, and with ${classes.length} when it was first asked: it has another model now. Run the test again.`,
    );
  }
  if (!row.every(Number.isFinite)) {
    throw new UserError(`The server answered with scores that are not all finite numbers (${few(row)}).`);
  }
  if (kind === 'probabilities' && !isDistribution(row)) {
    const sum = row.reduce((a, b) => a + b, 0);
    throw new UserError(
      `The server answered with scores that are no probabilities (${few(row)}; their sum is ${Number(sum.toPrecision(4))}). If its scores are no probabilities, set "answers" of this model's endpoint to "logits".`,
    );
  }
  return row;
}

function numbersIn(values: Reading[number]): Float32Array {
  const list: readonly unknown[] = Array.isArray(values) ? values : Array.from(values as ArrayLike<unknown>);
  if (list.every((value) => typeof value === 'number')) return new Float32Array(list as number[]);
  const wrong = list.find((value) => typeof value !== 'number');
  throw new UserError(
    `The server answered with ${JSON.stringify(wrong)} where a number belongs. If that is the predicted class, set "answers" of this model's endpoint to "labels".`,
  );
}

/** The index of the class that a server names by its index or name. */
function classIn(values: Reading[number], classes: readonly string[]): number {
  const [value] = Array.from(values as ArrayLike<number | string>);
  const index = typeof value === 'number' ? value : classes.indexOf(String(value).trim());
  if (values.length === 1 && Number.isInteger(index) && index >= 0 && index < classes.length) return index;
  if (values.length !== 1) {
    throw new UserError(
      `The server answered with ${values.length} values for an image, and not with its predicted class alone. Change "answers" of this model's endpoint.`,
    );
  }
  const meant = typeof value === 'string' ? nearestName(value, classes) : undefined;
  const remedy =
    meant === undefined
      ? 'Check "labels" of this model.'
      : `Is “${meant}” in "labels" of this model another name of it?`;
  throw new UserError(
    `The server answered with the class ${JSON.stringify(value)}, which is none of the ${classes.length} classes. ${remedy}`,
  );
}

function few(row: Float32Array): string {
  return `${Array.from(row.subarray(0, 4), (value) => Number(value.toPrecision(4))).join(', ')}${row.length > 4 ? ', …' : ''}`;
}
