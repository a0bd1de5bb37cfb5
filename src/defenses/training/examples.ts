import { type ConfiguredAttack, configureAttack } from '../../runner/configuredAttack.ts';
import { attackToLearnFrom } from '../crafting/craftExamples.ts';
import { type CommonParameters, commonParameters } from './commonParameters.ts';
import type { DefenseDefinition, Prepared } from './defenseDefinition.ts';
import type { LabeledPixels } from './objective.ts';

interface Parameters extends CommonParameters {
  readonly attacks: readonly string[];
}

const source = 'Szegedy et al. 2014, arXiv:1312.6199, section 1: training on adversarial examples regularizes';

/**
 * Fine-tuning on the clean images together with a stored set of adversarial examples of the given model, each with its
 * true label. It minimizes the cross-entropy of both; the set is made once and does not adapt to the changing model.
 */
export const examples: DefenseDefinition<Parameters> = {
  id: 'examples',
  title: 'Training on correctly labeled adversarial examples',
  description:
    'Makes adversarial examples of the given model once, then trains it further on them, correctly labeled, and on the clean images.',
  source,
  limits:
    'The model learns to get these examples right, but little more: an attack on the hardened model itself finds new ones.',
  parameters: {
    ...commonParameters,
    attacks: {
      description: 'Attacks that make the examples, each on every training image that the model gets right.',
      schema: {
        type: 'array',
        items: { enum: ['fgsm', 'ifgsm', 'mifgsm', 'pgd', 'apgd'] },
        minItems: 1,
        uniqueItems: true,
      },
      quick: {
        value: ['fgsm', 'pgd'],
        text: '["fgsm", "pgd"]',
        source: 'our choice: one with a single step, and one with several',
      },
    },
  },
  attacks: storedAttacks,
  async prepare({ craft }, parameters): Promise<Prepared> {
    const crafted = await craft(storedAttacks(parameters));
    const size = crafted[0]?.pixels.length ?? 0;
    const images = new Float32Array(crafted.length * size);
    for (const [i, { pixels }] of crafted.entries()) images.set(pixels, i * size);
    return {
      images: { shape: [crafted.length, size], data: images },
      labels: { shape: [crafted.length], data: Float32Array.from(crafted, ({ label }) => label) },
    };
  },
  async objective(_, prepared) {
    const { crossEntropy } = await import('./losses.ts');
    return {
      additional: stored(prepared),
      loss: (trainee, { images, labels }) => crossEntropy(trainee.logits(images), labels),
    };
  },
};

function storedAttacks({ attacks, epsilon }: Parameters): ConfiguredAttack[] {
  const choice = { norm: 'linf', epsilon, preset: 'quick', parameters: {}, quantize: true } as const;
  return attacks.map((attack) => configureAttack(attackToLearnFrom(attack), choice));
}

function stored({ images, labels }: Prepared): LabeledPixels {
  const count = labels?.data.length ?? 0;
  const size = images?.shape[1] ?? 0;
  return {
    images: Array.from({ length: count }, (_, i) =>
      (images?.data ?? new Float32Array()).slice(i * size, (i + 1) * size),
    ),
    labels: Array.from(labels?.data ?? []),
  };
}
