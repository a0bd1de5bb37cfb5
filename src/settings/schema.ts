import Type from 'typebox';
import { interpolations } from '../data/resample.ts';
import { type ClassOf, type Sampling, samplings, type UnreadablePolicy, unreadablePolicies } from '../data/source.ts';
import { formats } from '../models/formats.ts';
import {
  type PreprocessingSettings,
  type PresetName,
  presets as preprocessingPresets,
} from '../models/preprocessing.ts';
import { type Preset, presets } from '../parameters/parameter.ts';
import { endpointSchema } from './endpointSchema.ts';

/**
 * JSON Schemas of one model and one dataset, and what others share with them. VS Code completes and checks settings with them, and so do we:
 * `markdownDescription` is what it shows on hover, `errorMessage` (its extension of JSON Schema) what both say of a
 * value that does not match. Each says what to enter.
 */

export const closed = { additionalProperties: false };

export const nonEmptyString = { type: 'string', minLength: 1, errorMessage: 'Enter text in quotes.' };

/** A path, which may contain variables such as `${workspaceFolder}`. */
export function path(description: string) {
  return Type.String({
    minLength: 1,
    errorMessage: 'Enter a path in quotes.',
    markdownDescription: `${description}\n\nRelative paths start at the folder whose settings define it. You can use \`\${workspaceFolder}\`, \`\${workspaceFolder:name}\`, \`\${userHome}\`, and \`\${env:NAME}\`, and start with \`~\` for your home folder.`,
  });
}

/** The preset for parameters that are not set. @param owner what has them, in words */
export function presetOf(owner: string) {
  return Type.Optional(
    Type.Unsafe<Preset>({
      enum: presets,
      default: 'quick',
      markdownDescription: `Values for parameters that are not set: \`quick\` ones, or those of the \`paper\` that describes the ${owner}.`,
    }),
  );
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
    'Torchvision models: resize the shorter side to 256 (bilinear), crop the center 224 × 224, mean 0.485, 0.456, 0.406, std 0.229, 0.224, 0.225. For other input sizes, the ratio of 256 to 224 is kept.',
  clip: 'CLIP: resize the shorter side to the input size (bicubic), crop the center, mean 0.48145466, 0.4578275, 0.40821073, std 0.26862954, 0.26130258, 0.27577711.',
  tf: 'Keras applications of the mode "tf" (MobileNet, Inception, Xception, NASNet): pixels in [−1, 1] (mean 0.5, std 0.5), images stretched to the input size.',
  caffe:
    'Keras applications of the mode "caffe" (VGG, ResNet): gray levels less 103.939, 116.779, 123.68, in the order blue, green, red, images stretched to the input size.',
  torch:
    'Keras applications of the mode "torch" (DenseNet): the numbers of `imagenet`, images stretched to the input size.',
};

const presetNames = {
  enum: Object.keys(preprocessingPresets),
  markdownEnumDescriptions: Object.keys(preprocessingPresets).map((name) => presetDescriptions[name as PresetName]),
};

const preprocessingKeys = {
  preset: {
    ...presetNames,
    markdownDescription: 'Preset that provides the values not set here.',
  },
  mean: eachChannel(
    { maximum: 1 },
    'Enter one number for all channels or a list of three, of pixels in [0, 1]: divide gray levels by 255.',
    'Value subtracted from each channel of pixels in [0, 1]: one number for all channels, or three in the order set by `channels`. Default: the preset’s value, or 0 without a preset.',
  ),
  std: eachChannel(
    { exclusiveMinimum: 0 },
    'Enter one number for all channels or a list of three, each greater than 0 because pixels are divided by it.',
    'Value each channel is divided by after subtracting `mean`: one number for all channels, or three in the order set by `channels`. Default: the preset’s value, or 1 without a preset.',
  ),
  channels: {
    enum: ['rgb', 'bgr'],
    default: 'rgb',
    markdownDescription: 'Order of the color channels the model expects.',
  },
  resize: {
    type: ['string', 'integer'],
    anyOf: [{ enum: ['stretch'] }, { type: 'integer' }],
    minimum: 1,
    errorMessage: 'Enter the length of the shorter side in pixels, such as 256, or "stretch".',
    markdownDescription:
      'How images are resized: the length in pixels of the shorter side before the center is cropped, or `stretch` to stretch both sides to the input size. Default: the preset’s value, or `stretch` without a preset.',
  },
  crop: {
    type: 'integer',
    minimum: 1,
    errorMessage: 'Enter the side length of the center crop in pixels, such as 224.',
    markdownDescription:
      'Side length in pixels of the center crop taken after `resize`. It must match the model’s input size, which is the default.',
  },
  interpolation: {
    enum: interpolations,
    markdownDescription:
      'Interpolation used when resizing, as in Pillow and torchvision. Default: the preset’s value, or `lanczos` without a preset.',
  },
};

const preprocessing = Type.Unsafe<PreprocessingSettings>({
  type: ['string', 'object'],
  anyOf: [presetNames, { type: 'object' }],
  properties: preprocessingKeys,
  ...closed,
  errorMessage: `Enter a preset (${presetNames.enum.map((name) => `"${name}"`).join(', ')}) or an object such as { "mean": 0.5, "std": 0.5, "channels": "rgb" }.`,
  markdownDescription:
    'How images are prepared for the model: they are resized to its input size, and pixels in [0, 1] become (value − mean) / std. A preset or an object. If omitted, what the model’s file says counts, or `preprocessor_config.json` or `config.json` next to it, as Transformers and timm write them; otherwise, images are stretched and pixels are passed unscaled.',
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
    'Enter the shape of one image in the model’s order of axes, such as [3, 224, 224] or [224, 224, 3], or [28, 28] for one without channels. Channels are 1 or 3.',
  markdownDescription:
    'Shape of one image in the model’s own order of axes, without the batch: `[3, 224, 224]`, `[224, 224, 3]`, or `[28, 28]`. For a model that takes images of any size, whose channels are not stated, or that takes all numbers of an image in a row. Default: what the file says.',
});

const modelPath = path(
  `Path to the model, or to a folder with exactly one. Supported formats: ${formats.map(({ title }) => title).join(', ')}.`,
);

/** What a model has, be it a file or on a server. */
const anyModel = {
  labels: Type.Optional(
    path(
      'File with the class names in the order of the model’s outputs: one name per line, optionally with its index, or JSON or YAML: a list, or a map from indices to names or from names to indices.',
    ),
  ),
  preprocessing: Type.Optional(preprocessing),
  input: Type.Optional(inputShape),
  output: Type.Optional(
    Type.String({
      minLength: 1,
      errorMessage: 'Enter the name of an output in quotes, such as "logits".',
      markdownDescription:
        'The output that holds a score for each class, for a model of several outputs. Default: the only one, or the one that is called `logits`, `scores` or `probabilities`.',
    }),
  ),
};

/** The images that a model compares embeddings with. */
const enrolled = Type.Optional(
  Type.Object(
    {
      path: path('Folder with one folder of images per identity, named after it.'),
      threshold: Type.Number({
        minimum: -1,
        maximum: 1,
        errorMessage: 'Enter a cosine similarity from -1 to 1, such as 0.5.',
        markdownDescription:
          'The cosine similarity between the embedding of an image and the template of an identity (the mean of the embeddings of its images) from which on the image is accepted, from −1 to 1.',
      }),
    },
    {
      ...closed,
      errorMessage: 'Enter an object such as { "path": "data/enrolled", "threshold": 0.5 }.',
      markdownDescription:
        'For a model whose output is an embedding, as in face recognition: images of the identities that it knows. The classes are then the names of these identities, and `nobody` for everyone else. To be taken for someone is a test with `target`; strangers are images with the label `nobody`.',
    },
  ),
);

/** A value of `perturb.models` that is a file. */
export const modelFileSchema = Type.Object({ path: modelPath, ...anyModel, enrolled }, closed);

/** A value of `perturb.models` that is on a server. */
export const remoteModelSchema = Type.Object({ endpoint: endpointSchema, ...anyModel }, closed);

/** A value of `perturb.models`. */
export const modelSchema = Type.Object(
  { path: Type.Optional(modelPath), endpoint: Type.Optional(endpointSchema), ...anyModel, enrolled },
  {
    ...closed,
    anyOf: [{ required: ['path'] }, { required: ['endpoint'] }],
    not: { required: ['path', 'endpoint'] },
  },
);
export type ModelSettings = Type.Static<typeof modelSchema>;

/** A value of `perturb.datasets`. */
export const datasetSchema = Type.Object(
  {
    path: path('Folder of images.'),
    labels: Type.Optional(
      Type.Unsafe<string | ClassOf>({
        type: ['string', 'object'],
        anyOf: [
          { enum: ['folders', 'predictions'] },
          { type: 'string', pattern: '\\.([cC][sS][vV]|[tT][sS][vV]|[tT][xX][tT])$' },
          { type: 'object' },
        ],
        additionalProperties: {
          type: 'string',
          minLength: 1,
          errorMessage: 'Enter the name or the index of a class in quotes.',
        },
        default: 'folders',
        errorMessage:
          'Enter "folders", "predictions", the path to a .csv, .tsv, or .txt file, or the classes of folders, such as { "stop sign": "stop" }.',
        markdownDescription:
          'Source of the image labels:\n\n- `folders`: the name of the folder containing the image\n- `predictions`: the model’s prediction before the attack\n- an object such as `{ "stop sign": "stop" }`: the class for each folder whose name is not that of a class\n- a path ending in `.csv`, `.tsv`, or `.txt`: a table with one line per image',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        markdownDescription:
          'Maximum number of images to use, drawn as `sampling` says. The same seed draws the same images.',
      }),
    ),
    sampling: Type.Optional(
      Type.Unsafe<Sampling>({
        enum: samplings,
        default: 'proportional',
        markdownDescription: 'How the images of a `limit` are drawn from the classes.',
        markdownEnumDescriptions: [
          'The same share of each class, so that accuracy is that of the whole dataset.',
          'The same number of images from each class, as far as possible.',
        ],
      }),
    ),
    unreadable: Type.Optional(
      Type.Unsafe<UnreadablePolicy>({
        enum: unreadablePolicies,
        default: 'error',
        markdownDescription: 'What to do if image files of the dataset cannot be read.',
        markdownEnumDescriptions: [
          'The test is errored, and the files are named.',
          'The files are left out, and the report names and counts them.',
        ],
      }),
    ),
  },
  closed,
);
export type DatasetSettings = Type.Static<typeof datasetSchema>;
