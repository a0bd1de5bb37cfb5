import { namesIn } from '../../../data/labelNames.ts';
import type { Preprocessing } from '../../preprocessing.ts';
import { parsePythonLiteral } from './pythonLiteral.ts';

/** The keys under which exporters store class names and normalization. */
const labelKeys = ['names', 'labels', 'classes', 'class_names', 'id2label'];
const meanKeys = ['mean', 'image_mean', 'normalization_mean'];
const stdKeys = ['std', 'image_std', 'normalization_std'];

/**
 * Class names in a model's metadata: a JSON list or map, a Python literal of one, one name per line, or all on one line
 * with commas or semicolons between.
 */
export function labelsIn(metadata: ReadonlyMap<string, string>): readonly string[] | undefined {
  for (const key of labelKeys) {
    const labels = parseLabels(metadata.get(key));
    if (labels) return labels;
  }
  return undefined;
}

/** Mean and standard deviation in a model's metadata, for pixels in [0, 1]. */
export function normalizationIn(
  metadata: ReadonlyMap<string, string>,
): Pick<Preprocessing, 'mean' | 'std'> | undefined {
  const [mean, std] = [meanKeys, stdKeys].map((keys) =>
    keys.map((key) => parseNumbers(metadata.get(key))).find(Boolean),
  );
  return mean && std?.every((value) => value !== 0) ? { mean, std } : undefined;
}

function parseLabels(text: string | undefined): readonly string[] | undefined {
  if (!text?.trim()) return undefined;
  const names = namesIn(parseObject(text));
  if (names) return names;
  // A list that was cut off is none.
  if (/^[[{]/.test(text.trim())) return undefined;
  const parts = [/\r?\n/, ';', ','].map((separator) => text.trim().split(separator));
  return parts.find(({ length }) => length > 1)?.map((name) => name.trim());
}

function parseNumbers(text: string | undefined): number[] | undefined {
  const value = text === undefined ? undefined : (parseObject(text) ?? parseObject(`[${text}]`));
  const numbers = Array.isArray(value) ? value : typeof value === 'number' ? [value] : undefined;
  const isRight = numbers?.every(Number.isFinite) && (numbers.length === 1 || numbers.length === 3);
  if (!numbers || !isRight) return undefined;
  return numbers.length === 1 ? Array(3).fill(numbers[0]) : numbers;
}

/** JSON, or what Python prints for a list or a dictionary. */
function parseObject(text: string): unknown {
  for (const parse of [JSON.parse, parsePythonLiteral]) {
    try {
      return parse(text);
    } catch {
      // Then it is in the other form, or in neither.
    }
  }
  return undefined;
}
