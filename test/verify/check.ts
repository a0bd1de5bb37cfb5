// Compares an exported network with what PyTorch computes.
import { readFile } from 'node:fs/promises';
import { readExportedModel } from '../../src/models/exported/readExportedModel.ts';
import { readModel } from '../../src/models/onnx/graph/readModel.ts';
import { openGraph } from '../../src/models/onnx/openGraph.ts';
import { DifferentiableOnnxClassifier } from '../../src/models/onnx/session/differentiableOnnxClassifier.ts';

/** A file of export.py, with what PyTorch has for it. */
export interface Exported {
  readonly model: string;
  readonly exporter: 'torchscript' | 'dynamo' | 'program';
  /** Missing for programs, which have no version of the standard. */
  readonly opset: number | null;
  readonly file: string;
  readonly batch: 'any' | 1;
  /** Why the batch is not any. */
  readonly reason: string;
  /** The file of images (float32), logits and gradients (float64). */
  readonly reference: string;
  readonly size: readonly [height: number, width: number];
  readonly images: number;
  readonly labels: readonly number[];
  /** How far PyTorch is from itself, in float32 and in float64. */
  readonly logitsSpread: number;
  readonly gradientSpread: number;
  /** 1 − cosine. */
  readonly cosineSpread: number;
}

/** What was found; errors are the largest, in parts of the largest number of the reference. */
export interface Finding {
  readonly nodes: number;
  readonly batch: string;
  readonly logitsError: number;
  readonly gradientError: number;
  /** The smallest of all images. */
  readonly cosine: number;
}

/** Images, and their logits and gradients in float64. */
export interface Reference {
  readonly images: readonly Float32Array[];
  readonly logits: readonly Float64Array[];
  readonly gradients: readonly Float64Array[];
}

/** Reads what `write_reference` of exporting.py wrote. @param pixels how many numbers an image has. */
export async function readReference(file: string, images: number, pixels: number): Promise<Reference> {
  const { buffer, byteOffset, byteLength } = await readFile(file);
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  const gradientsAt = byteLength - 8 * images * pixels;
  const rows = <T>(of: { subarray(from: number, to: number): T; readonly length: number }) =>
    Array.from({ length: images }, (_, i) => of.subarray((i * of.length) / images, ((i + 1) * of.length) / images));
  return {
    images: rows(new Float32Array(bytes, 0, images * pixels)),
    logits: rows(new Float64Array(bytes.slice(4 * images * pixels, gradientsAt))),
    gradients: rows(new Float64Array(bytes.slice(gradientsAt))),
  };
}

/** @throws Error when it cannot be opened, or gives no gradient. */
export async function check(exported: Exported): Promise<Finding> {
  const { file, size, images: count, labels, reference } = exported;
  const read = exported.exporter === 'program' ? readExportedModel : readModel;
  const model = await read(file);
  const { classifier } = await openGraph(model, {});
  try {
    if (!(classifier instanceof DifferentiableOnnxClassifier)) {
      throw new Error((classifier as { obstacle?: string }).obstacle ?? 'it gives no gradient');
    }
    const right = await readReference(reference, count, size[0] * size[1] * 3);
    // Small networks once more than a batch holds; of large ones, every image keeps all cores busy by itself.
    const isSmall = size[0] < 100;
    const asked = Array.from({ length: isSmall ? classifier.batchSize + 1 : count }, (_, i) => i % count);
    const { logits, gradients } = await classifier.pullback(
      asked.map((i) => right.images[i] as Float32Array),
      asked.map((i) => [{ kind: 'crossEntropy', label: labels[i] as number }]),
    );
    const compared = (found: readonly (Float32Array | undefined)[], expected: readonly Float64Array[]) =>
      compare(
        found as readonly Float32Array[],
        asked.map((i) => expected[i] as Float64Array),
      );
    const ofGradients = compared(
      gradients.map(([gradient]) => gradient),
      right.gradients,
    );
    const widened = exported.batch === 1 && classifier.batchSize > 1;
    return {
      nodes: model.graph.nodes.length,
      batch: widened ? '1, widened' : `${exported.batch}`,
      logitsError: compared(logits, right.logits).error,
      gradientError: ofGradients.error,
      cosine: ofGradients.cosine,
    };
  } finally {
    classifier.dispose();
  }
}

/** The largest error in parts of the largest number, and the smallest cosine. */
export function compare(
  found: readonly Float32Array[],
  expected: readonly Float64Array[],
): { readonly error: number; readonly cosine: number } {
  let [difference, largest, cosine] = [0, 0, 1];
  for (const [row, right] of expected.entries()) {
    const own = found[row] as Float32Array;
    if (own?.length !== right.length) throw new Error(`it has ${own?.length} numbers where ${right.length} are right`);
    let [dot, ownSquare, rightSquare] = [0, 0, 0];
    for (const [i, b] of right.entries()) {
      const a = own[i] as number;
      difference = Math.max(difference, Math.abs(a - b));
      largest = Math.max(largest, Math.abs(b));
      dot += a * b;
      ownSquare += a * a;
      rightSquare += b * b;
    }
    cosine = Math.min(cosine, dot / Math.sqrt(ownSquare * rightSquare));
  }
  return { error: difference / largest, cosine };
}
