import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** A network of networks.py, as it was exported. */
export interface Network {
  readonly file: string;
  readonly side: number;
  /** With channels last, and the labels that the network gives them. */
  readonly images: readonly Float32Array[];
  readonly labels: readonly number[];
  /** What PyTorch has for them. */
  readonly logits: readonly (readonly number[])[];
}

/** The names of those that networks.py exports. */
export const networkNames = ['ResNet-18', 'MobileNetV2', 'ResNet-50'] as const;

export async function networkAt(folder: string, name: string): Promise<Network> {
  const { side, labels, logits } = JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8'));
  const bytes = await readFile(path.join(folder, `${name}.bin`));
  const size = 3 * side * side;
  const pixels = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const images = Array.from({ length: pixels.length / size }, (_, i) => pixels.slice(i * size, (i + 1) * size));
  return { file: path.join(folder, `${name}.onnx`), side, images, labels, logits };
}
