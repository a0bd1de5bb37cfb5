import { amountSchema } from '../../parameters/amount.ts';
import type { Parameter, ParametersOf } from '../../parameters/parameter.ts';
import { type ScheduleName, schedules } from './schedule.ts';

/** Ways to follow the gradient. */
export const optimizers = ['adam', 'sgd'] as const;
export type OptimizerName = (typeof optimizers)[number];

/** What every training defense has. */
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

/** The parameters that every training defense has, for its own to be added to. */
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
    description: 'Number of times that training goes through the images, unless it ends early.',
    schema: { type: 'integer', minimum: 1 },
    quick: { value: 10, text: '10', source: `${wong}: 10 on MNIST in the authors' code` },
  },
  batchSize: {
    description: 'Images in a training step.',
    schema: { type: 'integer', minimum: 1 },
    quick: { value: 64, text: '64', source: 'our choice: papers have 50 to 128' },
  },
  optimizer: {
    description: 'How weights follow the gradient: Adam, or stochastic gradient descent with a momentum of 0.9.',
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
      'Course of the learning rate: rising over two fifths of the training and then falling to zero (cyclic), divided by 10 at one half and at three quarters (piecewise), or constant.',
    schema: { enum: schedules },
    quick: { value: 'cyclic', text: '"cyclic"', source: `${wong}, whose code on MNIST has the peak at two fifths` },
  },
  patience: {
    description:
      'Training ends after so many epochs without a better robust accuracy; the weights of the best epoch are kept in any case.',
    schema: { type: 'integer', minimum: 1 },
    quick: {
      value: 5,
      text: '5',
      source: 'our choice; that early stopping is needed: Rice, Wong & Kolter 2020, arXiv:2002.11569',
    },
  },
};

/**
 * The parameters that every training defense has, with the preset `paper` for one whose paper trained otherwise. Papers train
 * to the end; their weight decay and augmentation are left out.
 * @param setup what the paper says other than `quick`.
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
    description: 'Number of gradient steps that each image of a batch is attacked with.',
    schema: { type: 'integer', minimum: 1 },
    quick: { value, text: String(value), source },
  };
}

/** The step size of a defense's attack, which goes with epsilon. */
export function stepSizeParameter(value: number, source: string): Parameter<number> {
  return {
    description: 'Length of a step of the attack, as a multiple of epsilon.',
    schema: amountSchema,
    quick: { value, text: String(value), source },
  };
}
