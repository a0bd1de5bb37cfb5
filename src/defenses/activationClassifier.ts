import type { Batch, DifferentiableClassifier } from '../models/classifier.ts';
import { type Functional, seed, weigh } from '../models/functional.ts';

/**
 * A classifier that takes its logits from inside another one: the activation `output`, times the activation `factor` value
 * by value where one is given. Gradients go back through `output` alone; the factor is a constant to them (BPDA: Athalye,
 * Carlini & Wagner 2018, section 4.1, with the factor's value at the image as the stand-in on the way back).
 * @param output an activation with one value per class.
 * @param factor an activation of the same size.
 */
export function activationClassifier(
  classifier: DifferentiableClassifier,
  output: string,
  factor?: string,
): DifferentiableClassifier {
  const answer = async (images: Batch): Promise<Answer[]> => {
    const { values } = await classifier.read(images, factor === undefined ? [output] : [output, factor]);
    return values.map(([z, g]) => ({ logits: times(z as Float32Array, g), factor: g }));
  };
  const logits = async (images: Batch) => (await answer(images)).map((one) => one.logits);
  return {
    input: classifier.input,
    classes: classifier.classes,
    engine: classifier.engine,
    batchSize: classifier.batchSize,
    activations: classifier.activations,
    logits,
    async read(images, names) {
      const { shapes, values } = await classifier.read(images, names);
      if (!names.includes('logits')) return { shapes, values };
      const own = await logits(images);
      return {
        shapes,
        values: values.map((list, i) => list.map((row, k) => (names[k] === 'logits' ? (own[i] as Float32Array) : row))),
      };
    },
    async pullback(images, functionals) {
      const answers = await answer(images);
      const routes = functionals.map((list, i) => list.map((functional) => route(functional, answers[i] as Answer)));
      const through = await classifier.pullback(
        images,
        routes.map((list) => list.map(({ functional }) => functional)),
      );
      return {
        logits: answers.map((one) => one.logits),
        values: routes.map((list, i) => list.map(({ value }, k) => value ?? (through.values[i]?.[k] as number))),
        gradients: through.gradients,
      };
    },
  };

  /** A functional of the logits as weights on `output`, with its value; others are passed on as they are. */
  function route(functional: Functional, { logits, factor }: Answer): { functional: Functional; value?: number } {
    if (functional.kind === 'weights' && functional.output !== 'logits') return { functional };
    const { value, gradient } = functional.kind === 'weights' ? weigh(functional, logits) : seed(functional, logits);
    return { functional: { kind: 'weights', output, weights: times(gradient, factor) }, value };
  }
}

/** What is read for an image. */
interface Answer {
  readonly logits: Float32Array;
  readonly factor: Float32Array | undefined;
}

function times(values: Float32Array, factor: Float32Array | undefined): Float32Array {
  return factor === undefined ? values : values.map((value, i) => value * (factor[i] as number));
}
