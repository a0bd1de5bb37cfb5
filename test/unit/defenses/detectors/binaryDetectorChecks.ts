import assert from 'node:assert/strict';
import type { DetectorDefinition } from '../../../../src/defenses/detectors/detectorDefinition.ts';
import type { DifferentiableClassifier } from '../../../../src/models/classifier.ts';
import type { Checks } from '../../../support/checks.ts';
import { fittingContext, toyExamples } from '../../../support/detectorToys.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';

/** A network as a detector keeps it. */
interface Topology {
  readonly config: {
    readonly layers: { name: string; readonly config: Record<string, unknown> }[];
    output_layers: unknown[];
  };
}

/** TensorFlow.js waits forever for a layer that another one takes from. */
function renameFirst({ config }: Topology): void {
  (config.layers[0] as { name: string }).name = 'renamed';
}

/** No engine has strides and dilations at once. */
function dilate({ config }: Topology): void {
  for (const layer of config.layers) if ('strides' in layer.config) layer.config.dilation_rate = [2, 2];
}

function enlarge({ config: { layers } }: Topology): void {
  const { config } = layers[0] as (typeof layers)[number];
  const [batch, height, width, channels] = config.batch_input_shape as [null, number, number, number];
  config.batch_input_shape = [batch, 1000 * height, 1000 * width, channels];
}

function withoutOutput({ config }: Topology): void {
  config.output_layers = [];
}

/** A detector with a network of its own, its parameters, and the model it protects. */
export interface BinaryDetector {
  readonly definition: DetectorDefinition;
  readonly parameters: Record<string, unknown>;
  readonly classifier: DifferentiableClassifier;
}

const examples = toyExamples(24, 1);
const unseen = toyExamples(16, 2);
const pixelsOf = (list: readonly { readonly pixels: Float32Array }[]) => list.map(({ pixels }) => pixels);

export const binaryDetectorChecks: Checks<BinaryDetector> = {
  'tells unseen adversarial examples from clean images': async ({ definition, parameters, classifier }) => {
    const losses: number[] = [];
    const fractions: number[] = [];
    const onProgress = (fraction: number, loss?: number) => {
      fractions.push(fraction);
      losses.push(loss as number);
    };
    const state = await definition.fit(examples, parameters, fittingContext(classifier, { onProgress }));
    const detector = await definition.bind(state, parameters, classifier);
    const clean = await detector.score(pixelsOf(unseen.clean));
    const adversarial = await detector.score(pixelsOf(unseen.adversarial));
    detector.dispose?.();
    assert.ok(Math.max(...clean) < Math.min(...adversarial), `${Math.max(...clean)}, ${Math.min(...adversarial)}`);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.equal(fractions.at(-1), 1);
    assert.ok((losses.at(-1) as number) < 0.5 * (losses[0] as number), `${losses[0]}, then ${losses.at(-1)}`);
  },
  'the gradient agrees with differences': async ({ definition, parameters, classifier }) => {
    const state = await definition.fit(examples, { ...parameters, epochs: 1 }, fittingContext(classifier));
    const detector = await definition.bind(state, parameters, classifier);
    const images = pixelsOf([...unseen.clean.slice(0, 2), ...unseen.adversarial.slice(0, 1)]);
    const { scores, gradients } = await detector.pullback(images);
    const wanted = await detector.score(images);
    for (const [i, score] of scores.entries()) {
      assert.ok(Math.abs(score - (wanted[i] as number)) < 1e-4 * (1 + Math.abs(score)), `${score} is not ${wanted[i]}`);
    }
    const step = 2.5e-4;
    const direction = Float32Array.from({ length: 64 }, (_, i) => Math.sin(7 * i * i));
    const moved = (by: number) => images.map((image) => image.map((value, i) => value + by * (direction[i] as number)));
    const [ahead, behind] = [await detector.score(moved(step)), await detector.score(moved(-step))];
    detector.dispose?.();
    for (const [i, gradient] of gradients.entries()) {
      const slope = ((ahead[i] as number) - (behind[i] as number)) / (2 * step);
      const found = gradient.reduce((sum, g, j) => sum + g * (direction[j] as number), 0);
      const scale = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      assert.ok(scale > 0, 'there is a gradient');
      assert.ok(Math.abs(found - slope) < 0.05 * scale + 1e-3, `${found}, by differences ${slope}, of ${scale}`);
    }
  },
  'the same seed gives the same detector, another seed another': async ({ definition, parameters, classifier }) => {
    const fitted = (seed: number) =>
      definition.fit(examples, { ...parameters, epochs: 1 }, fittingContext(classifier, { seed }));
    const [once, again, other] = [await fitted(3), await fitted(3), await fitted(4)];
    assert.deepEqual(again, once);
    assert.notDeepEqual(other.arrays, once.arrays);
  },
  'stops when it is told to': async ({ definition, parameters, classifier }) => {
    const controller = new AbortController();
    let calls = 0;
    const onProgress = () => {
      calls++;
      controller.abort();
    };
    const fitting = definition.fit(
      examples,
      parameters,
      fittingContext(classifier, { signal: controller.signal, onProgress }),
    );
    await assert.rejects(fitting, { name: 'AbortError' });
    assert.equal(calls, 1);
  },
  'needs both clean images and adversarial examples': async ({ definition, parameters, classifier }) => {
    const context = fittingContext(classifier);
    await rejectsWith(definition.fit({ ...examples, adversarial: [] }, parameters, context), '0 adversarial examples');
    const few = { ...examples, clean: examples.clean.slice(0, 3) };
    await rejectsWith(definition.fit(few, parameters, context), '3 clean images', 'at least 8');
  },
  'refuses a damaged state': async ({ definition, parameters, classifier }) => {
    const { values, arrays } = await definition.fit(examples, { ...parameters, epochs: 1 }, fittingContext(classifier));
    const refuses = (state: { values: typeof values; arrays: typeof arrays }, ...words: string[]) =>
      rejectsWith(
        definition.bind(state, parameters, classifier),
        'The detector is damaged',
        ...words,
        'Train it again',
      );
    await refuses({ values: { ...values, topology: undefined }, arrays }, 'cannot be built');
    for (const [change, words] of [
      [renameFirst, 'cannot be built'],
      [withoutOutput, 'cannot be built'],
      [dilate, 'cannot be computed'],
      [enlarge, 'values, and not'],
    ] as const) {
      const topology = structuredClone(values.topology) as Topology;
      change(topology);
      await refuses({ values: { ...values, topology }, arrays }, words);
    }
    const name = Object.keys(arrays).find((key) => key.includes('kernel')) as string;
    const { [name]: kernel, ...others } = arrays;
    assert.ok(kernel, 'there is a kernel');
    await refuses({ values, arrays: others }, name);
    await refuses({ values, arrays: { ...arrays, [name]: { ...kernel, shape: [1] } } }, name);
    const broken = { ...kernel, data: kernel.data.map(() => Number.NaN) };
    await refuses({ values, arrays: { ...arrays, [name]: broken } }, name, 'finite');
  },
};
