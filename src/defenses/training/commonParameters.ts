import { amountSchema } from '../../parameters/amount.ts';
import type { Parameter, ParametersOf } from '../../parameters/parameter.ts';
import { type ScheduleName, schedules } from './schedule.ts';

/** Names of the optimizers. */
export const optimizers = ['adam', 'sgd'] as const;
export type OptimizerName = (typeof optimizers)[number];

/** Parameters of every training defense. */
export interface CommonParameters {
  /** Bound of the perturbation in linf, in units of the pixel range [0, 1]. */
  readonly epsilon: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly schedule: ScheduleName;
  /** Epochs without a better robust accuracy after which training ends. */
  readonly patience: number;
}

const wong = 'Wong, Rice & Kolter 2020, arXiv:2001.03994';

/** The parameters of every training defense, to which it adds its own. */
export const commonParameters: ParametersOf<CommonParameters> = {
  epsilon: {
    description:
      'Largest change of a pixel value (linf) that the model learns to withstand, in units of the pixel range [0, 1].',
    schema: amountSchema,
    quick: {
      value: 8 / 255,
      text: '8/255',
      source: 'Madry et al. 2018, arXiv:1706.06083, on CIFAR-10; 0.3 there on MNIST',
    },
  },
  epochs: {
    description: 'Number of passes through the images, unless training stops early.',
    schema: { type: 'integer', minimum: 1 },
    quick: { value: 10, text: '10', source: `${wong}: 10 on MNIST in the authors' code` },
  },
  batchSize: {
    description: 'Images per training step.',
    schema: { type: 'integer', minimum: 1 },
    quick: { value: 64, text: '64', source: 'our choice: papers use 50 to 128' },
  },
  optimizer: {
    description: 'Optimizer: Adam, or stochastic gradient descent with a momentum of 0.9.',
    schema: { enum: optimizers },
    quick: { value: 'adam', text: '"adam"', source: `${wong}, on MNIST` },
  },
  learningRate: {
    description: 'Largest step size of the optimizer.',
    schema: { type: 'number', exclusiveMinimum: 0 },
    quick: {
      value: 0.001,
      text: '0.001',
      source: 'Kingma & Ba 2015, arXiv:1412.6980: the default of Adam. With "sgd", try 0.01 to 0.1',
    },
  },
  schedule: {
    description:
      'Learning rate schedule: rising over two fifths of the training and then falling to zero (cyclic), divided by 10 at one half and at three quarters (piecewise), or constant.',
    schema: { enum: schedules },
    quick: { value: 'cyclic', text: '"cyclic"', source: `${wong}, whose code on MNIST has the peak at two fifths` },
  },
  patience: {
    description:
      'Training stops after this many epochs without a better robust accuracy; the weights of the best epoch are kept in any case.',
    schema: { type: 'integer', minimum: 1 },
    quick: {
      value: 5,
      text: '5',
      source: 'our choice; the need for early stopping: Rice, Wong & Kolter 2020, arXiv:2002.11569',
    },
  },
};

/**
 * The parameters that every training defense has, with the preset `paper` for one whose paper trained differently.
 * Papers train to the end; their weight decay and augmentation are left out.
 * @param setup where the paper differs from `quick`.
 * @param source where it says so.
 */
export function commonParametersOf(setup: Partial<CommonParameters>, source: string): ParametersOf<CommonParameters> {
  const stated = Object.entries(setup).map(([name, value]) => {
    const paper = { value, text: JSON.stringify(value), source };
    return [name, { ...commonParameters[name as keyof CommonParameters], paper }];
  });
  const { patience } = commonParameters;
  const toTheEnd = { value: (_: undefined, { epochs }: CommonParameters) => epochs, text: 'as many as epochs', source };
  return { ...commonParameters, patience: { ...patience, paper: toTheEnd }, ...Object.fromEntries(stated) };
}

/** The number of gradient steps of a defense with an inner loop. */
export function stepsParameter(value: number, source: string): Parameter<number> {
  return {
    description: 'Number of gradient steps of the attack on each image of a batch.',
    schema: { type: 'integer', minimum: 1 },
    quick: { value, text: String(value), source },
  };
}

/** The step size of a defense's attack, relative to epsilon. */
export function stepSizeParameter(value: number, source: string): Parameter<number> {
  return {
    description: 'Step length of the attack, as a multiple of epsilon.',
    schema: amountSchema,
    quick: { value, text: String(value), source },
  };
}
