import { ZipArchive } from '../zipArchive.ts';
import { FlatBuffer, type Table } from './flatbuffer.ts';
import type { TensorInfo } from './schema.ts';

/** The kind of a processing unit that says mean and standard deviation, and of a file that names classes. */
const normalization = 1;
const axisLabels = 2;
const longestLabels = 2 ** 22;
/** Levels of a pixel, in which the metadata count. */
const white = 255;

/** What TensorFlow Lite's metadata say about a model. */
export interface Described {
  /** The file of class names that is packed with the model. */
  readonly labels?: string;
  /** In levels from 0 to 255. */
  readonly normalization?: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

/**
 * Reads TensorFlow Lite's metadata (metadata_schema.fbs, version 1).
 * @throws RangeError when they are not intact.
 */
export function parseMetadata(bytes: Uint8Array): Described {
  const buffer = new FlatBuffer(bytes);
  if (buffer.identifier !== 'M001') return {};
  const [graph] = buffer.root().tables(3);
  const [input] = graph?.tables(2) ?? [];
  const [output] = graph?.tables(3) ?? [];
  const unit = input
    ?.tables(4)
    .find((each) => each.number(0, 'uint8') === normalization)
    ?.table(1);
  const files = output?.tables(6).filter((file) => file.number(2, 'int8') === axisLabels) ?? [];
  // Those in other languages say which.
  const labels = (files.find((file) => !file.text(3)) ?? files[0])?.text(0);
  return { ...(labels && { labels }), ...(unit && { normalization: normalizationIn(unit) }) };
}

function normalizationIn(unit: Table): NonNullable<Described['normalization']> {
  return { mean: unit.numbers(0, 'float32'), std: unit.numbers(1, 'float32') };
}

/**
 * What is known of a model besides its graph, under the keys that exporters of ONNX use.
 * @param input of the graph.
 * @throws UserError when the archive with its class names is damaged.
 */
export async function metadataOf(
  file: string,
  described: Described,
  input: TensorInfo | undefined,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const normalized = ofLevels(input) ?? described.normalization;
  if (normalized) {
    const ofPixels = (levels: readonly number[]) => JSON.stringify(levels.map((level) => level / white));
    found.set('mean', ofPixels(normalized.mean));
    found.set('std', ofPixels(normalized.std));
  }
  if (described.labels !== undefined) {
    const archive = await ZipArchive.open(file);
    try {
      const lines = (await archive.read(described.labels, longestLabels)).toString('utf8').trim().split(/\r?\n/);
      found.set('labels', JSON.stringify(lines.map((line) => line.trim())));
    } finally {
      archive.close();
    }
  }
  return found;
}

/**
 * By convention, levels are put into an input of 8 bits without a sign as they are, whatever the metadata say; the graph
 * takes what they stand for.
 */
function ofLevels(input: TensorInfo | undefined): Described['normalization'] {
  const { scales: [scale = 0] = [], zeroPoints: [zero = 0] = [] } = input?.quantization ?? {};
  return input?.type === 'uint8' && scale > 0 ? { mean: [zero], std: [1 / scale] } : undefined;
}
