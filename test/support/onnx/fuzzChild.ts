// The process that fuzz.ts gives files to: opens each, asks for a gradient, and says what came of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { sizeOf } from '../../../src/data/image.ts';
import { computingOf } from '../../../src/engine/computing.ts';
import { isDifferentiable } from '../../../src/models/classifier.ts';
import { writeModel } from '../../../src/models/onnx/graph/writeModel.ts';
import { openOnnxModel } from '../../../src/models/onnx/openOnnxModel.ts';
import { UserError } from '../../../src/userError.ts';
import type { Answer } from './fuzz.ts';
import { externalFile, hostileFiles } from './fuzzHostile.ts';
import { makeModel, noise } from './makeModel.ts';

const { models } = computingOf(process.env);

const intact = writeModel(
  makeModel({
    // Where a file fixes the batch, none is chosen by timing, which would take most of the time.
    input: { dims: [2, 3, 8, 8] },
    constants: {
      kernel: { dims: [4, 3, 3, 3], values: noise(108) },
      bias: { dims: [4], values: noise(4) },
      target: { ints: [0, -1] },
      matrix: { dims: [64, 5], values: noise(320) },
    },
    nodes: [
      {
        operator: 'Conv',
        inputs: ['image', 'kernel', 'bias'],
        outputs: ['conv'],
        attributes: { pads: [1, 1, 1, 1], strides: [1, 1], group: 1, dilations: [1, 1] },
      },
      { operator: 'Relu', inputs: ['conv'], outputs: ['relu'] },
      {
        operator: 'MaxPool',
        inputs: ['relu'],
        outputs: ['pool'],
        attributes: { kernel_shape: [2, 2], strides: [2, 2] },
      },
      { operator: 'Reshape', inputs: ['pool', 'target'], outputs: ['flat'] },
      { operator: 'Gemm', inputs: ['flat', 'matrix'], outputs: ['scores'], attributes: { transB: 0 } },
      { operator: 'Softmax', inputs: ['scores'], outputs: ['probabilities'], attributes: { axis: 1 } },
    ],
    metadata: { names: '["a","b","c","d","e"]' },
  }),
);

/** The intact file: cut off, with some bytes overwritten, with one bit flipped, or with bytes taken out or repeated. */
function mutated(seed: number): Uint8Array {
  const random = xoroshiro128plus(seed);
  const below = (end: number) => uniformInt(random, 0, end - 1);
  const bytes = new Uint8Array(intact);
  const at = below(bytes.length);
  const length = 1 + below(20);
  switch (seed % 5) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      for (let i = 1 + below(8); i > 0; i--) bytes[below(bytes.length)] = below(256);
      return bytes;
    case 2:
      bytes[at] = (bytes[at] as number) ^ (1 << below(8));
      return bytes;
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    default: {
      const to = below(bytes.length);
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at, at + length), bytes.subarray(to)]);
    }
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'perturb-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('disconnect', () => process.exit());

async function open(name: string): Promise<Pick<Answer, 'result' | 'message'>> {
  const file = path.join(folder, 'model.onnx');
  const made = hostileFiles[name]?.() ?? mutated(Number(name.split(' ')[1]));
  await writeFile(file, made instanceof Uint8Array ? made : writeModel(made));
  try {
    const { classifier } = await openOnnxModel(file, models);
    try {
      const image = new Float32Array(sizeOf(classifier.input)).fill(0.5);
      if (isDifferentiable(classifier)) await classifier.pullback([image], [[{ kind: 'crossEntropy', label: 0 }]]);
      else await classifier.logits([image]);
      return { result: 'opened', message: isDifferentiable(classifier) ? 'with gradients' : 'without gradients' };
    } finally {
      classifier.dispose();
    }
  } catch (error) {
    if (error instanceof UserError) return { result: 'refused', message: error.message.replaceAll(file, 'FILE') };
    return { result: 'mistake', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

// A file of a terabyte, which has no blocks on disk.
await writeFile(path.join(folder, externalFile), '');
await truncate(path.join(folder, externalFile), 2 ** 40);
process.on('message', async (name: string) => {
  const answer = await open(name);
  process.send?.({ ...answer, peak: process.resourceUsage().maxRSS * 1024 } satisfies Answer);
});
