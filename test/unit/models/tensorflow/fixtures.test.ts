import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDifferentiable } from '../../../../src/models/classifier.ts';
import { openModel } from '../../../../src/models/open.ts';
import { compare } from '../../../verify/check.ts';

const folder = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tensorflow');
const { image, label, models } = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as {
  readonly image: readonly number[];
  readonly label: number;
  readonly models: Readonly<Record<string, { readonly logits: number[]; readonly gradient: number[] }>>;
};
const shown = Float32Array.from(image, (level) => level / 255);

/** How far numbers may be off that were rounded to few bits in the file. */
const ofQuantized: Readonly<Record<string, number>> = { uint8: 0.1, uint16: 1e-3, float16: 1e-2 };

/** A softmax is left out, so logits may be off by a constant. */
function centered(values: ArrayLike<number>): Float64Array {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  return Float64Array.from(list, (value) => value - mean);
}

function answers(at: string, expected: string, output?: string): void {
  it(`answers as in TensorFlow, with its gradients, on ONNX Runtime: ${at}`, async () => {
    const { classifier } = await openModel({ name: 'model', path: path.join(folder, at), ...(output && { output }) });
    assert.match(classifier.engine, /^ONNX/);
    assert.ok(isDifferentiable(classifier), `it gives no gradient: ${(classifier as { obstacle?: string }).obstacle}`);
    const { logits, gradients } = await classifier.pullback([shown, shown], [[{ kind: 'crossEntropy', label }], []]);
    classifier.dispose();
    const right = models[expected] ?? assert.fail(expected);
    const most = ofQuantized[path.extname(at).slice(1)] ?? 1e-4;
    const found = Float32Array.from(centered(logits[0] as Float32Array));
    assert.ok(compare([found], [centered(right.logits)]).error < most, `${logits[0]} is not ${right.logits}`);
    const { error, cosine } = compare([gradients[0]?.[0] as Float32Array], [Float64Array.from(right.gradient)]);
    assert.ok(error < 10 * most && cosine > 1 - most, `the gradient is off by ${error}, cosine ${cosine}`);
  });
}

describe('SavedModels of TensorFlow', () => {
  for (const name of readdirSync(path.join(folder, 'saved')))
    answers(`saved/${name}`, name, name === 'plain' ? 'logits' : undefined);
});

describe('Graph models of TensorFlow.js', () => {
  for (const name of readdirSync(path.join(folder, 'graphs')))
    answers(`graphs/${name}`, `graphs/${name}`, name === 'plain' ? 'Identity_1' : undefined);
});
