import Type from 'typebox';
import { threatModels } from '../attacks/attackDefinition.ts';
import { states } from '../corpus/states.ts';
import { confidences } from '../evaluation/metrics.ts';
import { norms } from '../geometry/norms.ts';
import { activities } from '../runner/stopwatch.ts';

/**
 * JSON Schemas of the files of a run folder. Such a folder may come with a repository, from anyone: its contents are
 * checked before they are shown. Unknown keys are allowed.
 */

const { Array: list, Boolean: boolean, Enum: oneOf, Literal: literal, Object: object, Optional: optional } = Type;
const { String: string, Number: number, Unknown: unknown, Record: record } = Type;

const count = () => Type.Integer({ minimum: 0 });
/** A number that JSON may not be able to write: infinity is `null` there. */
const figure = () => Type.Unsafe<number>({ type: ['number', 'null'] });
/** A file in one of the folders of a run. */
const ownFile = () => string({ pattern: String.raw`^(images|pictures)/(?!(.*/)?\.\.?(/|$))[^\\]+$` });

const norm = oneOf(norms);
const queries = object({ points: count(), gradients: count() });
const origin = object({ file: string(), line: count() });
const normsOf = object(Object.fromEntries(norms.map((each) => [each, figure()])));

const figures = {
  robustAccuracy: optional(number()),
  successRate: number(),
  medianDistance: figure(),
  meanDistance: figure(),
  intervals: record(string(), list(figure(), { minItems: 2, maxItems: 2 })),
};

const metrics = object({
  ...figures,
  cleanAccuracy: number(),
  counts: object({
    total: count(),
    eligible: count(),
    wrong: count(),
    ineligible: count(),
    fooled: count(),
    held: count(),
    rejected: optional(count()),
    undecided: optional(count()),
  }),
  confidence: oneOf(confidences),
  ifHeld: optional(object(figures)),
});

const separation = object({
  roc: list(list(number(), { minItems: 2, maxItems: 2 })),
  auroc: number(),
  detectedAt1: number(),
  detectedAt5: number(),
});

const attacker = oneOf(['unaware', 'adaptive']);

const verificationErrors = object({ falseAccepts: count(), falseRejects: count() });

const round = object({
  epsilon: optional(number()),
  budget: optional(number()),
  parameters: record(string(), unknown()),
  metrics,
  metricsOnGrid: optional(metrics),
  fooledOffGrid: optional(count()),
  stages: optional(list(object({ title: string(), fooled: count() }))),
  queries,
  queryCurve: optional(list(object({ queries: count(), successRate: number(), medianDistance: figure() }))),
  detection: optional(
    object({
      separation: optional(separation),
      caught: count(),
      other: object({ attacker, metrics, separation: optional(separation) }),
    }),
  ),
  purification: optional(object({ other: object({ attacker, metrics }) })),
  transfer: optional(
    object({
      surrogate: object({ right: count(), of: count() }),
      fooledSurrogate: count(),
      queries,
      whiteBox: optional(object({ attack: string(), title: string(), metrics })),
    }),
  ),
  verification: optional(
    object({
      images: count(),
      enrolled: count(),
      clean: verificationErrors,
      attacked: verificationErrors,
      equalErrorRate: optional(object({ rate: number(), threshold: number() })),
    }),
  ),
  onlyAnswer: optional(string()),
  warnings: list(string()),
});

const comparison = object({
  metric: oneOf(['cleanAccuracy', 'robustAccuracy', 'successRate', 'medianDistance']),
  epsilon: optional(number()),
  expected: figure(),
  measured: figure(),
  atBest: optional(figure()),
  bound: optional(figure()),
  result: oneOf(['met', 'missed', 'undecided']),
});

const prediction = object({
  class: string(),
  confidence: optional(figure()),
  top: optional(list(object({ class: string(), confidence: number() }))),
  similarities: optional(list(number())),
  score: optional(figure()),
  rejected: optional(boolean()),
});

/** A line of `examples.jsonl`. */
export const exampleSchema = object({
  test: string(),
  epsilon: optional(number()),
  index: count(),
  identity: string(),
  image: string(),
  sha256: string(),
  label: string(),
  target: optional(string()),
  status: oneOf(['wrong', 'rejected', 'ineligible', 'fooled', 'undecided', 'held']),
  clean: prediction,
  adversarial: Type.Union([prediction, Type.Null()]),
  norms: Type.Union([normsOf, Type.Null()]),
  originalImage: ownFile(),
  adversarialImage: Type.Union([ownFile(), Type.Null()]),
  adversarialArray: optional(ownFile()),
  onGrid: optional(object({ prediction, norms: normsOf, success: boolean() })),
  trace: optional(
    object({
      image: ownFile(),
      columns: Type.Integer({ minimum: 1 }),
      axis: oneOf(['step', 'epsilon']),
      steps: list(object({ at: number(), logits: list(figure()), norms: normsOf })),
    }),
  ),
  stage: optional(string()),
  queries,
  seed: Type.Integer(),
  notes: list(string()),
  isOutside: optional(literal(true)),
});

const replay = object({
  examples: list(
    object({
      identity: string(),
      image: string(),
      label: string(),
      target: optional(string()),
      state: oneOf(states),
      since: string(),
      prediction: string(),
      unconfirmed: optional(literal(true)),
    }),
  ),
  outside: count(),
  time: number(),
});

const againstBaseline = object({
  rounds: list(
    object({
      epsilon: optional(number()),
      result: oneOf(['same', 'worse', 'better', 'undecided']),
      pairs: count(),
      newlyFooled: list(string()),
      undecided: count(),
      newlyRobust: count(),
      pValue: number(),
    }),
  ),
  models: list(string()),
  added: count(),
  missing: count(),
});

const unplannedTest = object({
  id: string(),
  name: string(),
  status: oneOf(['passed', 'failed', 'errored', 'measured']),
  message: string(),
  origin,
});

const test = Type.Intersect([
  unplannedTest,
  object({
    model: object({
      name: string(),
      path: string(),
      sha256: optional(string()),
      input: optional(object({ height: count(), width: count(), channels: count() })),
      classes: optional(list(string())),
      preprocessing: optional(object({ mean: list(number()), std: list(number()), channels: oneOf(['rgb', 'bgr']) })),
      resizing: optional(
        object({
          resize: Type.Union([literal('stretch'), number(), object({ ratio: number() })]),
          crop: optional(number()),
          interpolation: string(),
        }),
      ),
      notes: optional(list(string())),
      enrolled: optional(
        object({
          path: string(),
          threshold: number(),
          identities: list(object({ name: string(), images: count(), image: ownFile() })),
        }),
      ),
    }),
    dataset: object({ name: string(), path: string(), images: optional(count()), notes: list(string()) }),
    attack: object({
      id: string(),
      title: string(),
      kind: oneOf(['attack', 'forge', 'explanation']),
      threatModel: oneOf(threatModels),
      norm,
      preset: string(),
      target: optional(string()),
      quantize: boolean(),
      queries: optional(count()),
      epsilons: list(number()),
      parameters: record(string(), unknown()),
    }),
    detector: optional(
      object({
        name: string(),
        path: string(),
        attacker,
        kind: optional(string()),
        title: optional(string()),
        threshold: optional(number()),
        falsePositiveRate: optional(number()),
        seen: optional(boolean()),
      }),
    ),
    surrogates: optional(list(object({ name: string(), path: string(), sha256: optional(string()) }))),
    purifier: optional(
      object({ name: string(), path: string(), attacker, kind: optional(string()), sha256: optional(string()) }),
    ),
    generator: optional(object({ name: string(), path: string(), sha256: string() })),
    findings: optional(list(object({ check: string({ pattern: '^[a-z0-9-]+$' }), message: string() }))),
    notChecked: optional(list(object({ check: string({ pattern: '^[a-z0-9-]+$' }), reason: string() }))),
    quick: optional(literal(true)),
    seed: Type.Integer(),
    engine: object({ name: string(), location: oneOf(['process', 'extensionHost']) }),
    expect: record(string(), list(number())),
    comparisons: list(comparison),
    metrics: optional(metrics),
    rounds: list(round),
    warnings: list(string()),
    pictures: list(ownFile()),
    queries,
    counterexamples: optional(replay),
    knownExamples: optional(list(exampleSchema)),
    baseline: optional(againstBaseline),
    time: number(),
    profile: optional(object(Object.fromEntries(activities.map((activity) => [activity, number()])))),
  }),
]);

/** `report.json`, with `null` for an infinite distance. */
export const reportSchema = object({
  format: literal('perturb-report'),
  version: literal(1),
  workspace: string(),
  started: string(),
  transfer: optional(
    list(
      object({
        attack: string(),
        norm,
        epsilon: optional(number()),
        surrogates: list(string()),
        models: list(string()),
        successRates: list(list(figure())),
        whiteBox: list(figure()),
        whiteBoxAttack: optional(string()),
      }),
    ),
  ),
  tests: list(Type.Union([test, Type.Intersect([unplannedTest, object({ attack: optional(Type.Never()) })])])),
});
