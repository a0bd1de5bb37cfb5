import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Pixels } from '../../data/image.ts';
import type { DifferentiableClassifier } from '../../models/classifier.ts';
import { amountSchema } from '../../parameters/amount.ts';
import { UserError } from '../../userError.ts';
import type { DetectorDefinition } from './detectorDefinition.ts';
import { dynamicExamples } from './dynamicAdversary.ts';
import { damaged, type LateActivations, openActivations } from './lateActivations.ts';
import type { TrainingSet } from './trainBinaryNetwork.ts';
import { requireBoth, type TrainingParameters, trainingParameters } from './trainingParameters.ts';

/** Activations larger than this, in bytes, are read again whenever needed. */
const activationMemory = 256 * 2 ** 20;

interface Parameters extends TrainingParameters {
  readonly activation: string;
  readonly adversary: 'static' | 'dynamic';
  readonly epsilon: number;
}

/** A detector inside the model: a binary classifier of one of its activations. */
export const subnetwork: DetectorDefinition<Parameters> = {
  id: 'subnetwork',
  title: 'Detector subnetwork',
  description:
    'A small convolutional network that branches off the model at an activation, trained to tell adversarial images from clean ones there. The score is the difference of its two logits.',
  source: 'Metzen, Genewein, Fischer & Bischoff 2017, arXiv:1702.04267',
  learnsFrom: 'adversarial',
  parameters: {
    activation: {
      description: 'Name of the activation that it branches off at, or auto.',
      schema: { type: 'string', minLength: 1 },
      quick: {
        value: 'auto',
        text: 'auto: the one with height and width that is nearest to the middle of the model',
        source: 'our choice; Metzen et al. 2017, section 4, find the middle best on CIFAR-10',
      },
    },
    adversary: {
      description:
        'static learns from the given attacks; dynamic replaces half of their examples with those of an adversary who fools the model and the current detector.',
      schema: { enum: ['static', 'dynamic'] },
      quick: { value: 'static', text: 'static', source: 'Metzen et al. 2017, section 3.2' },
    },
    epsilon: {
      description: 'Budget of the dynamic adversary in l∞.',
      schema: amountSchema,
      quick: { value: 8 / 255, text: '8/255', source: 'our choice, the usual budget for color images' },
    },
    ...trainingParameters,
    learningRate: {
      ...trainingParameters.learningRate,
      paper: { value: 0.0001, text: '0.0001', source: 'Metzen et al. 2017, section 4.1' },
    },
  },
  async fit(examples, { activation: asked, adversary, epsilon, ...parameters }, context) {
    requireBoth(examples);
    const { classifier } = context;
    const activation = asked === 'auto' ? await middleActivation(classifier) : asked;
    const [shape] = (await classifier.read([], [activation])).shapes as [readonly number[]];
    const late = await openActivations(classifier, [activation], false);
    const { clean, adversarial } = examples;
    const keep = 4 * (clean.length + adversarial.length) * (late.sizes[0] as number) <= activationMemory;
    const readClean = reader(clean, late, keep);
    const readAdversarial = reader(adversarial, late, keep);
    const random = xoroshiro128plus(context.seed);
    const set: TrainingSet = {
      shape,
      clean: clean.length,
      adversarial: adversarial.length,
      async read(some, others, network) {
        const inputs = await readClean(some);
        if (adversary === 'static' || network === undefined) return [...inputs, ...(await readAdversarial(others))];
        const stored = others.filter(() => uniformFloat64(random) < 0.5);
        const attacked = others
          .slice(stored.length)
          .map(() => clean[uniformInt(random, 0, clean.length - 1)] as (typeof clean)[number]);
        const made = await dynamicExamples(attacked, { classifier, activation, late, network }, epsilon, random);
        return [...inputs, ...(await readAdversarial(stored)), ...(await readInputs(made, late))];
      },
    };
    const { trainBinaryNetwork } = await import('./trainBinaryNetwork.ts');
    const network = await trainBinaryNetwork(set, parameters, context);
    const { values, arrays } = network.toState();
    network.dispose();
    return { values: { ...values, activation }, arrays };
  },
  async bind(state, _parameters, classifier) {
    const { activation } = state.values;
    if (typeof activation !== 'string') throw damaged('it does not name its activation');
    const late = await openActivations(classifier, [activation], false);
    const { BinaryNetwork } = await import('./binaryNetwork.ts');
    const network = await BinaryNetwork.open(state, late.sizes[0] as number);
    return {
      score: async (images) => network.score(await readInputs(images, late)),
      async pullback(images) {
        const { scores, gradients } = network.pullback(await readInputs(images, late));
        return {
          scores,
          gradients: await late.pullback(
            images,
            gradients.map((gradient) => [gradient]),
          ),
        };
      },
      dispose: () => network.dispose(),
    };
  },
};

/**
 * The activation with a height and a width nearest to the middle of the model; any if there is none.
 * @throws UserError when the model names no activation.
 */
async function middleActivation(classifier: DifferentiableClassifier): Promise<string> {
  const { activations } = classifier;
  if (activations.length === 0) {
    throw new UserError('The model names no activation that a detector could branch off at. Use another detector.');
  }
  const { shapes } = await classifier.read([], activations);
  const isSpatial = (shape: readonly number[]) => shape.length === 3 && (shape[0] as number) * (shape[1] as number) > 1;
  const places = activations.map((name, index) => ({ name, index, spatial: isSpatial(shapes[index] ?? []) }));
  const candidates = places.some(({ spatial }) => spatial) ? places.filter(({ spatial }) => spatial) : places;
  const fromMiddle = (index: number) => Math.abs(index - (activations.length - 1) / 2);
  return candidates.reduce((best, next) => (fromMiddle(next.index) < fromMiddle(best.index) ? next : best)).name;
}

async function readInputs(images: readonly Pixels[], late: LateActivations): Promise<Float32Array[]> {
  return (await late.read(images)).map(([values]) => values as Float32Array);
}

/** Reads the activation of examples by their index. @param keep whether to read it only once. */
function reader(examples: readonly { readonly pixels: Pixels }[], late: LateActivations, keep: boolean) {
  const known = new Map<number, Float32Array>();
  return async (indices: readonly number[]): Promise<Float32Array[]> => {
    const missing = [...new Set(indices)].filter((index) => !known.has(index));
    const images = missing.map((index) => examples[index]?.pixels as Pixels);
    for (const [i, values] of (await readInputs(images, late)).entries()) known.set(missing[i] as number, values);
    const found = indices.map((index) => known.get(index) as Float32Array);
    if (!keep) known.clear();
    return found;
  };
}
