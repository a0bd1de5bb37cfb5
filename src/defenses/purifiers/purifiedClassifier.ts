import type { Pixels } from '../../data/image.ts';
import type { Batch, DifferentiableClassifier } from '../../models/classifier.ts';
import type { Functional } from '../../models/functional.ts';

/**
 * A model behind a purifier: it sees x̂ = x + tanh a(x), clipped to [0, 1], where a is the purifier's network, whose numbers
 * stand where logits do. As one classifier it has exact gradients, so that every attack on it is an adaptive one.
 */
export function purifiedClassifier(
  network: DifferentiableClassifier,
  model: DifferentiableClassifier,
): DifferentiableClassifier {
  const { input, classes, engine, activations, verification } = model;
  const purify = async (images: Batch) => {
    const responses = await network.logits(images);
    return images.map((image, i) => purified(image, responses[i] as Float32Array));
  };
  const seen = async (images: Batch) => (await purify(images)).map(({ pixels }) => pixels);
  return {
    input,
    classes,
    engine,
    activations,
    ...(verification && { verification }),
    batchSize: Math.min(network.batchSize, model.batchSize),
    logits: async (images) => model.logits(await seen(images)),
    read: async (images, names) => model.read(await seen(images), names),
    async pullback(images, functionals) {
      const views = await purify(images);
      const { logits, values, gradients } = await model.pullback(
        views.map(({ pixels }) => pixels),
        functionals,
      );
      const onSum = gradients.map((own, i) => own.map((gradient) => times(gradient, (views[i] as Purified).passes)));
      const through = await network.pullback(
        images,
        onSum.map((own, i) =>
          own.map((gradient): Functional => {
            const weights = times(gradient, (views[i] as Purified).slope);
            return { kind: 'weights', output: 'logits', weights };
          }),
        ),
      );
      return {
        logits,
        values,
        gradients: onSum.map((own, i) =>
          own.map((gradient, k) => {
            const other = through.gradients[i]?.[k] as Float32Array;
            return gradient.map((value, j) => value + (other[j] as number));
          }),
        ),
      };
    },
  };
}

/** An image as the model sees it, and derivatives there: 1 where the sum is not clipped, and that of the tanh. */
interface Purified {
  readonly pixels: Pixels;
  readonly passes: Float32Array;
  readonly slope: Float32Array;
}

function purified(image: Pixels, response: Float32Array): Purified {
  const change = response.map(Math.tanh);
  const sum = image.map((value, i) => value + (change[i] as number));
  return {
    pixels: sum.map((value) => Math.min(1, Math.max(0, value))),
    passes: sum.map((value) => (value >= 0 && value <= 1 ? 1 : 0)),
    slope: change.map((value) => 1 - value * value),
  };
}

function times(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value * (b[i] as number));
}
