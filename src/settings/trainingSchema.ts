import Type from 'typebox';
import { type AttackDefinition, needsOtherNetwork } from '../attacks/attackDefinition.ts';
import { kinds } from '../attacks/kind.ts';
import type { DetectorDefinition } from '../defenses/detectors/detectorDefinition.ts';
import type { GeneratorDefinition } from '../defenses/generators/generatorDefinition.ts';
import type { SurrogateDefinition } from '../defenses/surrogates/surrogateDefinition.ts';
import type { DefenseDefinition } from '../defenses/training/defenseDefinition.ts';
import { type Norm, norms } from '../geometry/norms.ts';
import { type Amount, amountSchema } from '../parameters/amount.ts';
import type { AnyParameters } from '../parameters/parameter.ts';
import { parametersSchema } from '../parameters/schema.ts';
import { type Attacks, attackChoice, ruleWhere } from './attackChoice.ts';
import { budgetRules } from './attackSchema.ts';
import { closed, nonEmptyString, path, presetOf } from './schema.ts';

/** The detectors, the training defenses, the ways to train a surrogate, and the generators that settings can name, by id. */
export type Detectors = ReadonlyMap<string, DetectorDefinition>;
export type Defenses = ReadonlyMap<string, DefenseDefinition>;
export type Surrogates = ReadonlyMap<string, SurrogateDefinition>;
export type Generators = ReadonlyMap<string, GeneratorDefinition>;

const parameters = (owner: string) =>
  Type.Optional(
    Type.Unsafe<Readonly<Record<string, unknown>>>({
      type: 'object',
      markdownDescription: `Parameters of the ${owner}. The preset gives those that are missing.`,
    }),
  );

const seed = Type.Optional(
  Type.Integer({
    minimum: 0,
    default: 0,
    markdownDescription: 'Random seed. The same seed gives the same result.',
  }),
);

/** An attack that makes examples to learn from, as far as it does not depend on which one it is. */
export const trainingAttackBase = Type.Object(
  {
    attack: Type.String({ markdownDescription: 'Attack to run.' }),
    norm: Type.Optional(
      Type.Unsafe<Norm>({
        enum: norms,
        markdownDescription: 'Norm used to bound the perturbation. The default is the first norm the attack supports.',
      }),
    ),
    epsilon: Type.Optional(
      Type.Unsafe<Amount>({
        ...amountSchema,
        markdownDescription:
          'Maximum perturbation, where pixels range from 0 to 1 (`l0`: a number of pixels): a number or a fraction such as `"8/255"`, which is 8 gray levels.',
      }),
    ),
    parameters: parameters('attack'),
    preset: presetOf('attack'),
  },
  closed,
);
export type TrainingAttackSettings = Type.Static<typeof trainingAttackBase>;

/** The attacks that make misclassified images of any wrong class. */
export function trainingAttacks(attacks: Attacks): AttackDefinition[] {
  return [...attacks.values()].filter(
    (attack) => kinds[attack.kind].isAdversarial && attack.goals.includes('untargeted') && !needsOtherNetwork(attack),
  );
}

/** What holds for an attack whichever it is. */
export function anyTrainingAttackSchema(attacks: Attacks) {
  const attack = { ...trainingAttackBase.properties.attack, ...attackChoice(trainingAttacks(attacks)) };
  return { ...trainingAttackBase, properties: { ...trainingAttackBase.properties, attack } };
}

/** What holds where it is this attack, in one piece, so that a mistake gives a single error. */
export function trainingAttackSchemaOf(attack: AttackDefinition) {
  return {
    ...trainingAttackBase,
    properties: { ...trainingAttackBase.properties, ...budgetRules(attack) },
    required: [...trainingAttackBase.required, ...requiredOf(attack)],
  };
}

/** The same for VS Code: what holds for each attack applies once an entry names that attack. */
function trainingAttackSchema(attacks: Attacks) {
  const rules = trainingAttacks(attacks).map((attack) =>
    ruleWhere({ attack: attack.id }, { properties: budgetRules(attack), required: requiredOf(attack) }),
  );
  return { ...anyTrainingAttackSchema(attacks), allOf: rules };
}

function requiredOf({ fixedBudget }: AttackDefinition): string[] {
  return fixedBudget ? ['epsilon'] : [];
}

const attackList = {
  type: 'array',
  errorMessage: 'Enter a list of attacks, such as [{ "attack": "fgsm", "epsilon": "8/255" }].',
};

const kind = Type.String({ markdownDescription: 'Kind of detector, defense, surrogate, or generator to train.' });

/** A value of `perturb.detectors`, as far as it does not depend on its kind and its attacks. */
export const detectorBase = Type.Object(
  {
    kind,
    model: Type.String({
      ...nonEmptyString,
      errorMessage: 'Enter the name of a model in quotes.',
      markdownDescription: 'Name of the model in `perturb.models` to protect.',
    }),
    dataset: Type.String({
      ...nonEmptyString,
      errorMessage: 'Enter the name of a dataset in quotes.',
      markdownDescription: 'Name of a labeled dataset in `perturb.datasets`, used for training and evaluation.',
    }),
    path: path('Output folder for the detector: `detector.json` and a file of arrays.'),
    attacks: Type.Optional(
      Type.Unsafe<readonly unknown[]>({
        ...attackList,
        minItems: 1,
        markdownDescription:
          'Attacks whose examples the detector is trained and evaluated on. Default: `fgsm` and `pgd` at 8/255. A detector trained on clean images only is just evaluated on them.',
      }),
    ),
    heldOut: Type.Optional(
      Type.Unsafe<readonly unknown[]>({
        ...attackList,
        markdownDescription: 'Attacks used only for evaluation, never for training. Default: `deepfool`.',
      }),
    ),
    falsePositiveRate: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 0.5,
        default: 0.05,
        errorMessage: 'Enter a fraction greater than 0 and up to 0.5, such as 0.05 for 5%.',
        markdownDescription: 'Fraction of clean images that may be rejected. Determines the threshold.',
      }),
    ),
    parameters: parameters('detector'),
    preset: presetOf('detector'),
    seed,
  },
  closed,
);
export type DetectorSettings = Type.Static<typeof detectorBase>;

/** A value of `perturb.defenses`, as far as it does not depend on its kind. */
export const defenseBase = Type.Object(
  {
    kind,
    model: Type.String({
      ...nonEmptyString,
      errorMessage: 'Enter the name of a model in quotes.',
      markdownDescription: 'Name of the model in `perturb.models` to harden. The model itself is not changed.',
    }),
    dataset: Type.String({
      ...nonEmptyString,
      errorMessage: 'Enter the name of a dataset in quotes.',
      markdownDescription: 'Name of a labeled dataset in `perturb.datasets` to train on.',
    }),
    validation: Type.Optional(
      Type.String({
        ...nonEmptyString,
        errorMessage: 'Enter the name of a dataset in quotes.',
        markdownDescription:
          'Name of a labeled dataset in `perturb.datasets` to measure accuracy on. If omitted, part of `dataset` is set aside.',
      }),
    ),
    path: path('Folder that the hardened model is written into, with its card and its checkpoints.'),
    parameters: parameters('defense'),
    preset: presetOf('defense'),
    seed,
  },
  closed,
);
export type DefenseSettings = Type.Static<typeof defenseBase>;

/** A value of `perturb.surrogates`, as far as it does not depend on its kind. */
export const surrogateBase = Type.Object(
  {
    kind,
    model: Type.String({
      ...nonEmptyString,
      errorMessage: 'Enter the name of a model in quotes.',
      markdownDescription:
        'Name of the model in `perturb.models` that the surrogate stands in for. It is only asked for its predictions, or not at all.',
    }),
    dataset: Type.String({
      ...nonEmptyString,
      errorMessage: 'Enter the name of a dataset in quotes.',
      markdownDescription: 'Name of a dataset in `perturb.datasets` to train on.',
    }),
    architecture: Type.Optional(
      Type.String({
        ...nonEmptyString,
        errorMessage: 'Enter the name of a model in quotes.',
        markdownDescription:
          'Name of a TensorFlow.js layers model in `perturb.models` whose layers the surrogate has, with new weights. Examples carry over best between networks that have the same layers. If omitted, they are chosen by the size of the images.',
      }),
    ),
    path: path('Folder that the surrogate is written into, with its card and its checkpoints.'),
    parameters: parameters('training'),
    preset: presetOf('training'),
    seed,
  },
  closed,
);
export type SurrogateSettings = Type.Static<typeof surrogateBase>;

/** A value of `perturb.generators`, as far as it does not depend on its kind. */
export const generatorBase = Type.Object(
  {
    kind,
    model: Type.String({
      ...nonEmptyString,
      errorMessage: 'Enter the name of a model in quotes.',
      markdownDescription: 'Name of the model in `perturb.models` that the generator is made for. It is not changed.',
    }),
    dataset: Type.String({
      ...nonEmptyString,
      errorMessage: 'Enter the name of a dataset in quotes.',
      markdownDescription: 'Name of a labeled dataset in `perturb.datasets` to train on.',
    }),
    validation: Type.Optional(
      Type.String({
        ...nonEmptyString,
        errorMessage: 'Enter the name of a dataset in quotes.',
        markdownDescription:
          'Name of a labeled dataset in `perturb.datasets` to measure on. If omitted, part of `dataset` is set aside.',
      }),
    ),
    surrogate: Type.Optional(
      Type.String({
        ...nonEmptyString,
        errorMessage: 'Enter the name of a surrogate or of a model in quotes.',
        markdownDescription:
          'Name of a surrogate in `perturb.surrogates`, or of a TensorFlow.js layers model in `perturb.models`, whose gradients are followed in place of the model’s: the black-box form.',
      }),
    ),
    target: Type.Optional(
      Type.String({
        ...nonEmptyString,
        errorMessage: 'Enter a class name in quotes.',
        markdownDescription:
          'Class that the model should predict of the generator’s images. If omitted, any wrong class counts.',
      }),
    ),
    path: path('Folder that the generator is written into, with its card and its checkpoints.'),
    parameters: parameters('training'),
    preset: presetOf('training'),
    seed,
  },
  closed,
);
export type GeneratorSettings = Type.Static<typeof generatorBase>;

/** A value of `perturb.detectors`, for VS Code. */
export function detectorSchema(detectors: Detectors, attacks: Attacks) {
  return {
    ...withKinds(detectorBase, detectors),
    // Once for both lists of attacks.
    patternProperties: { '^(attacks|heldOut)$': { items: trainingAttackSchema(attacks) } },
    allOf: kindRules(detectors),
  };
}

/** A value of `perturb.defenses`, for VS Code. */
export function defenseSchema(defenses: Defenses) {
  return { ...withKinds(defenseBase, defenses), allOf: kindRules(defenses) };
}

/** A value of `perturb.surrogates`, for VS Code. */
export function surrogateSchema(surrogates: Surrogates) {
  return { ...withKinds(surrogateBase, surrogates), allOf: kindRules(surrogates) };
}

/** A value of `perturb.generators`, for VS Code. */
export function generatorSchema(generators: Generators) {
  return { ...withKinds(generatorBase, generators), allOf: kindRules(generators) };
}

/** What detectors, training defenses, surrogates, and generators have in common. */
export interface Described {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly parameters: AnyParameters;
}

/** What holds for an entry of any of these kinds. */
export function withKinds<Base extends { properties: object }>(
  base: Base,
  definitions: ReadonlyMap<string, Described>,
) {
  const choice = {
    ...kind,
    enum: [...definitions.keys()],
    markdownEnumDescriptions: [...definitions.values()].map(
      ({ title, description, source }) => `**${title}**. ${description}\n\n${source}`,
    ),
  };
  return { ...base, properties: { ...base.properties, kind: choice } };
}

/** What holds for an entry of this kind, in one piece. */
export function withParameters<Base extends { properties: object }>(base: Base, definition: Described) {
  return {
    ...base,
    properties: { ...base.properties, parameters: parametersSchema(definition.parameters) },
  };
}

function kindRules(definitions: ReadonlyMap<string, Described>) {
  return [...definitions.values()].map(({ id, parameters }) =>
    ruleWhere({ kind: id }, { properties: { parameters: parametersSchema(parameters) } }),
  );
}
