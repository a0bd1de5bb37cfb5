import Type from 'typebox';
import { type Attacker, attackers } from '../defenses/guard/attacker.ts';
import { minimumEligible } from '../evaluation/evidence.ts';
import { type Confidence, confidences } from '../evaluation/metrics.ts';
import type { AuditMode, ExpectedMetric } from '../evaluation/plan.ts';
import { type Norm, norms } from '../geometry/norms.ts';
import { type Amount, amountError, amountSchema } from '../parameters/amount.ts';
import type { ListedAttack } from './attackList.ts';
import { closed, nonEmptyString, presetOf } from './schema.ts';

/** One bound for all epsilons, or one for each. */
function bound(range: { minimum: number; maximum?: number }, errorMessage: string, markdownDescription: string) {
  return Type.Optional(
    Type.Unsafe<number | readonly number[]>({
      type: ['number', 'array'],
      ...range,
      items: { type: 'number', ...range, errorMessage },
      minItems: 1,
      errorMessage,
      markdownDescription: `${markdownDescription}\n\nOne number for all epsilons, or a list with one number for each.`,
    }),
  );
}

const fraction = { minimum: 0, maximum: 1 };
const fractionError = 'Enter a fraction from 0 to 1, such as 0.4 for 40%.';

const expectations: Record<ExpectedMetric, ReturnType<typeof bound>> = {
  cleanAccuracy: bound(
    fraction,
    fractionError,
    'Minimum fraction of all images that are classified correctly before the attack.',
  ),
  robustAccuracy: bound(
    fraction,
    fractionError,
    'Minimum fraction of all images that are classified correctly after the attack. Only for tests without a `target`.',
  ),
  successRate: bound(
    fraction,
    fractionError,
    'Maximum fraction of the initially correct images that the attack causes to be misclassified (with a `target`: classified as the target).',
  ),
  medianDistance: bound(
    { minimum: 0 },
    'Enter a number that is 0 or greater.',
    'Minimum median distance to the adversarial examples, in the attack’s norm, where pixels of the model’s input range from 0 to 1. An image that withstands the attack counts as infinitely far away. Only for attacks that minimize the norm.',
  ),
};

const confidenceSchema = Type.Unsafe<Confidence>({
  enum: confidences,
  errorMessage: `Enter ${confidences.slice(0, -1).join(', ')}, or ${confidences.at(-1)}.`,
  markdownDescription:
    'Hold the end of the confidence interval against each bound instead of the measured figure: the test then passes only if the sample is large enough to tell. The interval is Wilson’s for fractions.',
});

export const auditError = 'Enter true, false, or "strict".';

/** How tests are audited: `perturb.audit`, and what a test says instead. */
export const auditSchema = Type.Unsafe<AuditMode>({
  enum: [true, false, 'strict'],
  default: true,
  errorMessage: auditError,
  markdownDescription:
    'Check for signs that the result overstates the model’s robustness. Takes additional attacks. A test that would have passed is *errored* where there is such a sign; with `"strict"`, it has failed.',
});

/** Every key of a test, whichever attack it names. */
const testProperties = {
  model: Type.Unsafe<string | readonly string[]>({
    type: ['string', 'array'],
    minLength: 1,
    items: nonEmptyString,
    minItems: 1,
    uniqueItems: true,
    errorMessage: 'Enter the name of a model in quotes or a list of different names.',
    markdownDescription: 'Name of a model in `perturb.models`, or a list of names to create one test per model.',
  }),
  dataset: Type.Optional(
    Type.String({
      minLength: 1,
      errorMessage: 'Enter the name of a dataset in quotes.',
      markdownDescription: 'Name of a dataset in `perturb.datasets`. Can be omitted when forging images from noise.',
    }),
  ),
  classes: Type.Optional(
    Type.Unsafe<readonly string[]>({
      type: 'array',
      items: nonEmptyString,
      minItems: 1,
      uniqueItems: true,
      errorMessage: 'Enter a list of different class names, such as ["stop"].',
      markdownDescription: 'Attack only images of these classes.',
    }),
  ),
  attack: Type.Unsafe<string | readonly ListedAttack[]>({
    type: ['string', 'array'],
    markdownDescription:
      'Attack to run, or a list of attacks, each of which is tried on the images that withstood the ones before: `["pgd", "fab"]`, or with parameters `[{ "attack": "pgd", "parameters": { "steps": 50 } }, "fab"]`.',
  }),
  norm: Type.Optional(
    Type.Unsafe<Norm>({
      enum: norms,
      markdownDescription:
        'Norm used to bound and measure the perturbation: `linf` (largest change in a value), `l2` (Euclidean length), `l1` (sum of changes), or `l0` (number of pixels changed). The default is the first norm the attack supports.',
    }),
  ),
  epsilon: Type.Optional(
    Type.Unsafe<Amount | readonly Amount[]>({
      ...amountSchema.anyOf[0],
      ...amountSchema.anyOf[1],
      type: ['number', 'string', 'array'],
      items: amountSchema,
      minItems: 1,
      errorMessage: amountError,
      markdownDescription:
        'Maximum perturbation of the model’s input image, after resizing, where pixels range from 0 to 1 (`l0`: a number of pixels): a number or a fraction such as `"8/255"`, which is 8 gray levels. A list produces the security curve.',
    }),
  ),
  target: Type.Optional(
    Type.String({
      minLength: 1,
      errorMessage: 'Enter a class name in quotes, "random", or "least-likely".',
      markdownDescription:
        'Class the model should predict after the attack: a class name, `random` (drawn from the seed), or `least-likely`. If omitted, any wrong class counts as a success.',
    }),
  ),
  parameters: Type.Optional(
    Type.Unsafe<Readonly<Record<string, unknown>>>({
      type: 'object',
      markdownDescription: 'Parameters of the attack. The preset provides those not set here.',
    }),
  ),
  preset: presetOf('attack'),
  queries: Type.Optional(
    Type.Integer({
      minimum: 1,
      errorMessage: 'Enter a whole number of queries, 1 or more.',
      markdownDescription:
        'Number of images that the model may be asked about in the attack on one image. The report shows success against queries.',
    }),
  ),
  expect: Type.Optional(
    Type.Object(
      { ...expectations, confidence: Type.Optional(confidenceSchema) },
      {
        ...closed,
        minProperties: 1,
        errorMessage: `Enter at least one of ${Object.keys(expectations).join(', ')}, as in { "robustAccuracy": 0.4 }.`,
        markdownDescription: 'Conditions for the test to pass, such as `{ "robustAccuracy": 0.4 }`.',
      },
    ),
  ),
  surrogate: Type.Optional(
    Type.Unsafe<string | readonly string[]>({
      type: ['string', 'array'],
      minLength: 1,
      items: nonEmptyString,
      minItems: 1,
      uniqueItems: true,
      errorMessage: 'Enter the name of a model in quotes or a list of different names.',
      markdownDescription:
        'Name of another model in `perturb.models`, or of a surrogate in `perturb.surrogates`, that the attack is crafted on, or a list of names to craft it on the mean of their logits. The tested model only judges the examples, one question per image. The report shows the result of a white-box attack beside it.',
    }),
  ),
  detector: Type.Optional(
    Type.String({
      minLength: 1,
      errorMessage: 'Enter the name of a detector in quotes.',
      markdownDescription:
        'Name of a detector in `perturb.detectors` that was trained for the model. An attack then succeeds only if the image is misclassified and accepted.',
    }),
  ),
  purifier: Type.Optional(
    Type.String({
      minLength: 1,
      errorMessage: 'Enter the name of a generator in quotes.',
      markdownDescription:
        'Name of a generator in `perturb.generators` that was trained for the model and purifies images: `ape-gan`, or `dcgan` as a Defense-GAN. The model sees only what it makes of them.',
    }),
  ),
  attacker: Type.Optional(
    Type.Unsafe<Attacker>({
      enum: attackers,
      markdownDescription:
        'What the attacker knows about the detector or the purifier: `unaware` or `adaptive`. The report includes results for both.',
      markdownEnumDescriptions: [
        'Nothing: only the model is attacked.',
        'Everything: the model and its defense are attacked together.',
      ],
    }),
  ),
  minimumEligible: Type.Optional(
    Type.Integer({
      minimum: 1,
      default: minimumEligible,
      markdownDescription:
        'Number of images that must be eligible for the attack (classified correctly before it) for `successRate` and `medianDistance` to be judged. With fewer, the test cannot be evaluated.',
    }),
  ),
  audit: Type.Optional(auditSchema),
  record: Type.Optional(
    Type.Unsafe<number | readonly string[]>({
      type: ['integer', 'array'],
      minimum: 1,
      items: nonEmptyString,
      minItems: 1,
      uniqueItems: true,
      errorMessage: 'Enter a number of images or a list of image files, such as ["stop/0003.png"].',
      markdownDescription:
        'Record the attack steps so that the perturbation view can play them: for this many images, or for the listed images (the end of a path is enough).',
    }),
  ),
  quantize: Type.Optional(
    Type.Boolean({
      default: true,
      markdownDescription: 'Keep adversarial examples on the 256 gray levels of an image file, where real images lie.',
    }),
  ),
  seed: Type.Optional(
    Type.Integer({
      minimum: 0,
      default: 0,
      markdownDescription: 'Random seed. The same seed gives the same result.',
    }),
  ),
};

/** A value of `perturb.tests`, as far as it does not depend on the attack. */
export const testBase = Type.Object(testProperties, {
  ...closed,
  // Results with a detector or a purifier mean nothing without the attacker it faces.
  dependencies: { detector: ['attacker'], purifier: ['attacker'] },
});
export type TestSettings = Type.Static<typeof testBase>;
