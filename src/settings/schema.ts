import Type from 'typebox';
import { type Preset, presets } from '../attacks/definition.ts';
import { interpolations } from '../data/resample.ts';
import { type Attacker, attackers, type ExpectedMetric } from '../evaluation/plan.ts';
import { type Norm, norms } from '../geometry/norms.ts';
import {
  type PreprocessingSettings,
  type PresetName,
  presets as preprocessingPresets,
} from '../models/preprocessing.ts';
import { type Amount, amountSchema } from '../parameters/amount.ts';

/**
 * JSON Schemas of one model, one dataset and one test. VS Code completes and checks settings with them, and so do we:
 * `markdownDescription` is what it shows on hover, `errorMessage` (its extension of JSON Schema) what both say of a
 * value that does not match.
 */

export const closed = { additionalProperties: false };

export const nonEmptyString = { type: 'string', minLength: 1, errorMessage: 'Give a text in quotes.' };

/** A path, in which `${workspaceFolder}` and its like are replaced. */
export function path(description: string) {
  return Type.String({
    minLength: 1,
    errorMessage: 'Give a path in quotes.',
    markdownDescription: `${description}\n\nRelative to the folder whose settings define it. \`\${workspaceFolder}\`, \`\${workspaceFolder:name}\`, \`\${userHome}\` and \`\${env:NAME}\` are replaced.`,
  });
}

/** One number for all channels, or one for each. `number` narrows which numbers. */
function eachChannel(number: object, errorMessage: string, markdownDescription: string) {
  const item = { type: 'number', ...number };
  return Type.Unsafe<number | readonly number[]>({
    anyOf: [
      item,
      { type: 'array', items: item, minItems: 1, maxItems: 1 },
      { type: 'array', items: item, minItems: 3, maxItems: 3 },
    ],
    errorMessage,
    markdownDescription,
  });
}

const presetDescriptions: Record<PresetName, string> = {
  imagenet:
    'Models of torchvision: shorter side to 256 (bilinear), center 224 × 224 cut out, mean 0.485, 0.456, 0.406, std 0.229, 0.224, 0.225. A model of another size keeps the ratio of 256 to 224.',
  clip: 'CLIP: shorter side to the model’s size (bicubic), center cut out, mean 0.48145466, 0.4578275, 0.40821073, std 0.26862954, 0.26130258, 0.27577711.',
  tf: 'Many models of Keras: pixels in [−1, 1] (mean 0.5, std 0.5), images stretched to the model’s size.',
};

const presetNames = {
  enum: Object.keys(preprocessingPresets),
  markdownEnumDescriptions: Object.keys(preprocessingPresets).map((name) => presetDescriptions[name as PresetName]),
};

const preprocessingKeys = {
  preset: {
    ...presetNames,
    markdownDescription: 'Values that are not given here.',
  },
  mean: eachChannel(
    {},
    'Give one number for all channels, or a list of three.',
    'Subtracted from each channel of pixels in [0, 1]: one number for all channels, or three, in the order that `channels` states. Default: that of the preset, else 0.',
  ),
  std: eachChannel(
    { not: { const: 0 } },
    'Give one number for all channels, or a list of three. None may be 0, since pixels are divided by it.',
    'Divides each channel after `mean` is subtracted: one number for all channels, or three, in the order that `channels` states. Default: that of the preset, else 1.',
  ),
  channels: {
    enum: ['rgb', 'bgr'],
    default: 'rgb',
    markdownDescription: 'Order in which the model takes colors.',
  },
  resize: {
    type: ['string', 'integer'],
    anyOf: [{ enum: ['stretch'] }, { type: 'integer' }],
    minimum: 1,
    errorMessage: 'Give the length of the shorter side in pixels, such as 256, or "stretch".',
    markdownDescription:
      'How an image gets the model’s size: the length in pixels that its shorter side gets before the center is cut out, or `stretch`: both sides are stretched. Default: that of the preset, else `stretch`.',
  },
  crop: {
    type: 'integer',
    minimum: 1,
    errorMessage: 'Give the side of the center that is cut out, in pixels, such as 224.',
    markdownDescription:
      'Side in pixels of the center that is cut out after `resize`. It must be the model’s own, which is the default.',
  },
  interpolation: {
    enum: interpolations,
    markdownDescription:
      'How pixels of a resized image are computed, as Pillow and torchvision do. Default: that of the preset, else `lanczos`.',
  },
};

const preprocessing = Type.Unsafe<PreprocessingSettings>({
  type: ['string', 'object'],
  anyOf: [presetNames, { type: 'object' }],
  properties: preprocessingKeys,
  ...closed,
  errorMessage: `Give a preset (${presetNames.enum.map((name) => `"${name}"`).join(', ')}), or an object such as { "mean": 0.5, "std": 0.5, "channels": "rgb" }.`,
  markdownDescription:
    'What happens to an image before the model sees it: it is brought to the model’s size, and pixels in [0, 1] become (value − mean) / std. A preset, or an object. Without it images are stretched, and pixels go in as they are.',
});

/** What a file may leave open: how the numbers that it takes are an image. */
const inputShape = Type.Unsafe<readonly number[]>({
  type: 'array',
  items: { type: 'integer', minimum: 1 },
  minItems: 2,
  maxItems: 3,
  anyOf: [
    { maxItems: 2 },
    { items: [{ enum: [1, 3] }, {}, {}], minItems: 3 },
    { items: [{}, {}, { enum: [1, 3] }], minItems: 3 },
  ],
  errorMessage:
    'Give the shape of one image in the model’s order of axes, such as [3, 224, 224] or [224, 224, 3], or [28, 28] for one without channels. Channels are 1 or 3.',
  markdownDescription:
    'Shape of one image in the model’s own order of axes, without the batch: `[3, 224, 224]`, `[224, 224, 3]`, or `[28, 28]`. For a model that takes images of any size, whose channels are not stated, or that takes all numbers of an image in a row. Default: what the file says.',
});

/** A value of `perturb.models`. */
export const modelSchema = Type.Object(
  {
    path: path('The model: a file (`model.json`, `.onnx`, `.h5`, `.keras`) or a SavedModel folder.'),
    labels: Type.Optional(path('Text file with one class name a line, in the order of the model’s outputs.')),
    preprocessing: Type.Optional(preprocessing),
    input: Type.Optional(inputShape),
    output: Type.Optional(
      Type.String({
        minLength: 1,
        errorMessage: 'Give the name of an output in quotes, such as "logits".',
        markdownDescription:
          'The output that holds a score for each class, for a model of several outputs. Default: the only one, or the one that is called `logits`, `scores` or `probabilities`.',
      }),
    ),
  },
  closed,
);
export type ModelSettings = Type.Static<typeof modelSchema>;

/** A value of `perturb.datasets`. */
export const datasetSchema = Type.Object(
  {
    path: path('Folder of images.'),
    labels: Type.Optional(
      Type.String({
        anyOf: [{ enum: ['folders', 'predictions'] }, { pattern: '\\.[cC][sS][vV]$' }],
        default: 'folders',
        errorMessage: 'Give "folders", "predictions", or the path of a .csv file.',
        markdownDescription:
          'Where the label of an image comes from:\n\n- `folders`: the name of the folder that holds it\n- `predictions`: what the model says of it before the attack\n- a path ending in `.csv`: a file with a line for each image',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        markdownDescription:
          'Uses at most so many images, drawn evenly from the classes. The same seed draws the same images.',
      }),
    ),
  },
  closed,
);
export type DatasetSettings = Type.Static<typeof datasetSchema>;

/** One bound for all epsilons, or one for each. */
function bound(range: { minimum: number; maximum?: number }, errorMessage: string, markdownDescription: string) {
  return Type.Optional(
    Type.Unsafe<number | readonly number[]>({
      type: ['number', 'array'],
      ...range,
      items: { type: 'number', ...range, errorMessage },
      minItems: 1,
      errorMessage,
      markdownDescription: `${markdownDescription}\n\nOne number for all epsilons, or a list with one for each.`,
    }),
  );
}

const fraction = { minimum: 0, maximum: 1 };
const fractionError = 'Give a fraction from 0 to 1, such as 0.4 for 40 %.';

const expectations: Record<ExpectedMetric, ReturnType<typeof bound>> = {
  cleanAccuracy: bound(
    fraction,
    fractionError,
    'Least fraction of all images that are classified right before the attack.',
  ),
  robustAccuracy: bound(
    fraction,
    fractionError,
    'Least fraction of all images that are classified right after the attack. For tests without a `target`.',
  ),
  successRate: bound(
    fraction,
    fractionError,
    'Greatest fraction of the images classified right at first that the attack turns (with a `target`: into the target).',
  ),
  medianDistance: bound(
    { minimum: 0 },
    'Give a number that is 0 or more.',
    'Least median distance to the adversarial examples, in the attack’s norm, where pixels range from 0 to 1. An image that withstood the attack counts as infinitely far.',
  ),
};

/** What is said of an amount that is not one. */
export const amountError = 'Give a number above 0 or a fraction such as "8/255".';

/** Every key of a test, whichever attack it names. */
const testProperties = {
  model: Type.Unsafe<string | readonly string[]>({
    type: ['string', 'array'],
    minLength: 1,
    items: nonEmptyString,
    minItems: 1,
    uniqueItems: true,
    errorMessage: 'Give the name of a model in quotes, or a list of different names.',
    markdownDescription: 'Name of a model in `perturb.models`, or a list of names: each gets a test of its own.',
  }),
  dataset: Type.Optional(
    Type.String({
      minLength: 1,
      errorMessage: 'Give the name of a dataset in quotes.',
      markdownDescription:
        'Name of a dataset in `perturb.datasets`. An image can also be forged from noise, without one.',
    }),
  ),
  classes: Type.Optional(
    Type.Unsafe<readonly string[]>({
      type: 'array',
      items: nonEmptyString,
      minItems: 1,
      uniqueItems: true,
      errorMessage: 'Give a list of different class names, such as ["stop"].',
      markdownDescription: 'Attacks images of these classes only.',
    }),
  ),
  attack: Type.String({ markdownDescription: 'Which attack is made.' }),
  norm: Type.Optional(
    Type.Unsafe<Norm>({
      enum: norms,
      markdownDescription:
        'Norm in which the perturbation is bounded and measured: `linf` (largest change of a value), `l2` (Euclidean length), `l1` (sum of changes) or `l0` (number of pixels changed). The default is the attack’s first.',
    }),
  ),
  epsilon: Type.Optional(
    Type.Unsafe<Amount | readonly Amount[]>({
      ...amountSchema.anyOf[0],
      ...amountSchema.anyOf[1],
      type: ['number', 'string', 'array'],
      items: { ...amountSchema, errorMessage: amountError },
      minItems: 1,
      errorMessage: amountError,
      markdownDescription:
        'Largest perturbation allowed, where pixels range from 0 to 1 (`l0`: a number of pixels): a number or a fraction such as `"8/255"`, which is 8 gray levels. A list gives the security curve.',
    }),
  ),
  target: Type.Optional(
    Type.String({
      minLength: 1,
      errorMessage: 'Give a class name in quotes, "random" or "least-likely".',
      markdownDescription:
        'Class that the attack is to make the model see: a class name, `random` (drawn from the seed) or `least-likely`. Without it, any wrong class will do.',
    }),
  ),
  parameters: Type.Optional(
    Type.Unsafe<Readonly<Record<string, unknown>>>({
      type: 'object',
      markdownDescription: 'Parameters of the attack. The preset gives those that are missing.',
    }),
  ),
  preset: Type.Optional(
    Type.Unsafe<Preset>({
      enum: presets,
      default: 'quick',
      markdownDescription:
        'Parameters that are not given: `quick` ones, or those of the `paper` that describes the attack.',
    }),
  ),
  expect: Type.Optional(
    Type.Object(expectations, {
      ...closed,
      minProperties: 1,
      errorMessage: `State at least one of ${Object.keys(expectations).join(', ')}, as in { "robustAccuracy": 0.4 }.`,
      markdownDescription: 'What must hold for the test to pass, such as `{ "robustAccuracy": 0.4 }`.',
    }),
  ),
  detector: Type.Optional(
    Type.String({
      minLength: 1,
      errorMessage: 'Give the name of a detector in quotes.',
      markdownDescription:
        'Name of a detector in `perturb.detectors` that was trained for the model. An attack then succeeds only where the image is misclassified and accepted.',
    }),
  ),
  attacker: Type.Optional(
    Type.Unsafe<Attacker>({
      enum: attackers,
      markdownDescription: 'What the attacker knows of the detector: `unaware` or `adaptive`. The report has both.',
      markdownEnumDescriptions: [
        'Nothing: the model alone is attacked.',
        'Everything: model and detector are attacked at once.',
      ],
    }),
  ),
  audit: Type.Optional(
    Type.Boolean({
      default: true,
      markdownDescription: 'Looks for signs that the result flatters the model, which takes further attacks.',
    }),
  ),
  record: Type.Optional(
    Type.Unsafe<number | readonly string[]>({
      type: ['integer', 'array'],
      minimum: 1,
      items: nonEmptyString,
      minItems: 1,
      uniqueItems: true,
      errorMessage: 'Give a number of images, or a list of names of image files, such as ["stop/0003.png"].',
      markdownDescription:
        'Keeps the steps of the attack, so that the view can play them: on so many images, or on the images that are named (the end of a path is enough).',
    }),
  ),
  quantize: Type.Optional(
    Type.Boolean({
      default: true,
      markdownDescription: 'Keeps adversarial examples on the 256 gray levels of an image file, where real images are.',
    }),
  ),
  seed: Type.Optional(
    Type.Integer({
      minimum: 0,
      default: 0,
      markdownDescription: 'Seed of all randomness. The same seed gives the same result.',
    }),
  ),
};

/** A value of `perturb.tests`, as far as it does not depend on the attack. */
export const testBase = Type.Object(testProperties, {
  ...closed,
  // Figures of a detector mean nothing unless it is said which attacker it faces.
  dependencies: { detector: ['attacker'], attacker: ['detector'] },
});
export type TestSettings = Type.Static<typeof testBase>;
