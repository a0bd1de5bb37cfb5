import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createGoal } from '../../src/attacks/goal.ts';
import { valueAt } from '../../src/data/grid.ts';
import { openOnnxModel } from '../../src/models/onnx/openOnnxModel.ts';
import type { OpenedModel } from '../../src/models/openedModel.ts';
import type { Subject } from '../../src/runner/conversation.ts';

const classes = 10;
const size = 8 * 8;

/**
 * The network that all attacks are compared on. On one as small as this, more threads cost ten times what they save.
 * @param thread the built thread for ONNX Runtime to compute in; it computes in this one if missing.
 */
export async function openDigits(threads = 1, thread?: string): Promise<OpenedModel['classifier']> {
  const options = { threads, ...(thread !== undefined && { thread }) };
  return (await openOnnxModel(path.join(import.meta.dirname, 'digits.onnx'), options)).classifier;
}

/** The images, in the order of the peers' results. With a target, that is the class after the label. */
export function digits(targeted: boolean): Subject[] {
  const bytes = readFileSync(path.join(import.meta.dirname, 'digits.bin'));
  return Array.from({ length: bytes.length / (1 + size) }, (_, seed) => {
    const row = bytes.subarray(seed * (1 + size), (seed + 1) * (1 + size));
    const label = row[0] as number;
    const goal = createGoal(label, targeted ? (label + 1) % classes : undefined);
    return { image: Float32Array.from(row.subarray(1), valueAt), goal, seed };
  });
}
