import type { Pixels } from '../../data/image.ts';
import { sizeOf } from '../../data/image.ts';
import type { DetectorDefinition } from './detectorDefinition.ts';
import { requireBoth, type TrainingParameters, trainingParameters } from './trainingParameters.ts';

/** A second classifier in front of the first, with only the classes "clean" and "adversarial". */
export const classifier: DetectorDefinition<TrainingParameters> = {
  id: 'classifier',
  title: 'Safety net: binary classifier',
  description:
    'A small convolutional network, trained to tell adversarial images from clean ones. The score is the difference of its two logits.',
  source: 'Gong, Wang & Ku 2017, arXiv:1704.04960',
  learnsFrom: 'adversarial',
  parameters: trainingParameters,
  async fit(examples, parameters, context) {
    requireBoth(examples);
    const { clean, adversarial } = examples;
    const { height, width, channels } = context.classifier.input;
    const set = {
      shape: [height, width, channels],
      clean: clean.length,
      adversarial: adversarial.length,
      read: async (some: readonly number[], others: readonly number[]) => [
        ...some.map((index) => clean[index]?.pixels as Pixels),
        ...others.map((index) => adversarial[index]?.pixels as Pixels),
      ],
    };
    const { trainBinaryNetwork } = await import('./trainBinaryNetwork.ts');
    const network = await trainBinaryNetwork(set, parameters, context);
    const state = network.toState();
    network.dispose();
    return state;
  },
  async bind(state, _parameters, { input }) {
    const { BinaryNetwork } = await import('./binaryNetwork.ts');
    const network = await BinaryNetwork.open(state, sizeOf(input));
    return {
      score: async (images) => network.score(images),
      pullback: async (images) => network.pullback(images),
      dispose: () => network.dispose(),
    };
  },
};
