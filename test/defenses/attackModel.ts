import { openGuarded } from '../../src/defenses/guard/openGuarded.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import type { Example } from '../../src/evaluation/example.ts';
import { type Metrics, wilsonInterval } from '../../src/evaluation/metrics.ts';
import type { TestPlan } from '../../src/evaluation/plan.ts';
import { planImages } from '../../src/evaluation/planImages.ts';
import { openModel } from '../../src/models/open.ts';
import type { ModelSource } from '../../src/models/source.ts';
import { definitionOf } from '../../src/runner/configuredAttack.ts';
import { victimOf } from '../../src/runner/victim.ts';
import { planOf } from '../support/plans.ts';
import { computing } from './computing.ts';
import { type Domain, datasetOf } from './domains.ts';
import type { Assault, Outcome, Robustness, Share } from './results.ts';

/** An attack, and the number of test images that it is run on. */
export interface Trial {
  readonly attack: string;
  readonly norm: 'linf' | 'l2';
  /** Missing for attacks that minimize the norm. */
  readonly epsilon?: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly images: number;
}

/** Runs an attack on a model as it is. @param l2 the bound that attacks that minimize the norm are counted at. */
export async function attackModel(domain: Domain, model: ModelSource, trial: Trial, l2: number): Promise<Robustness> {
  const plan = await planFor(domain, model, trial);
  const { classifier } = await openModel(model, computing);
  try {
    const { images } = await planImages(plan, classifier);
    const examples: Example[] = [];
    const judge = victimOf(classifier);
    const [round] = await evaluate(plan, {
      judge,
      opponents: [{ victims: [judge] }],
      images,
      onExample: (example) => {
        examples.push(example);
      },
    });
    const { metrics } = round as { metrics: Metrics };
    const { counts } = metrics;
    const held = examples.filter(({ status, adversarial }) => {
      const isFar = trial.epsilon === undefined && (adversarial?.norms.l2 ?? Infinity) > l2;
      return status === 'held' || (status === 'fooled' && isFar);
    });
    return {
      images: counts.total,
      clean: share(counts.total - counts.wrong, counts.total),
      robust: share(held.length, counts.total),
      ...distanceOf(metrics, trial),
    };
  } finally {
    classifier.dispose();
  }
}

/** Runs an attack on a model with a detector, as one who does not know it, and as one who does. */
export async function attackGuarded(
  domain: Domain,
  model: ModelSource,
  folder: string,
  trial: Trial,
): Promise<Assault> {
  const plan = {
    ...(await planFor(domain, model, trial)),
    detector: { name: 'detector', path: folder },
    attacker: 'unaware',
  } as const;
  const { classifier, sha256 } = await openModel(model, computing);
  const { judge, attacked, opened } = await openGuarded(
    plan.detector,
    classifier,
    sha256,
    definitionOf(trial.attack).fixedBudget,
  );
  try {
    const { images } = await planImages(plan, classifier);
    const [round] = await evaluate(plan, {
      judge,
      opponents: [
        { attacker: 'unaware', victims: attacked.unaware },
        { attacker: 'adaptive', victims: attacked.adaptive },
      ],
      images,
      onExample() {},
    });
    if (round?.detection === undefined) throw new Error('a test with a detector says nothing of it');
    const { metrics, detection } = round;
    const { total, eligible, fooled, rejected = 0, wrong } = metrics.counts;
    return {
      attack: trial.attack,
      norm: trial.norm,
      ...(trial.epsilon !== undefined && { epsilon: trial.epsilon }),
      images: total,
      clean: share(eligible, total),
      rejectedClean: share(rejected, total - wrong),
      misclassified: fooled + detection.caught,
      caught: detection.caught,
      unaware: outcomeOf(metrics, trial),
      adaptive: outcomeOf(detection.other.metrics, trial),
    };
  } finally {
    opened.detector.dispose?.();
    classifier.dispose();
  }
}

async function planFor(domain: Domain, model: ModelSource, trial: Trial): Promise<TestPlan> {
  const { attack, norm, epsilon, parameters, images } = trial;
  return planOf({
    name: attack,
    model,
    dataset: await datasetOf(domain, 'test', images),
    attack,
    parameters,
    norm,
    epsilons: epsilon === undefined ? [] : [epsilon],
    quantize: true,
  });
}

function outcomeOf(metrics: Metrics, trial: Trial): Outcome {
  const { fooled, eligible } = metrics.counts;
  return { success: share(fooled, eligible), ...distanceOf(metrics, trial) };
}

function distanceOf({ medianDistance }: Metrics, { epsilon }: Trial) {
  return epsilon === undefined && Number.isFinite(medianDistance) ? { medianDistance } : {};
}

function share(count: number, of: number): Share {
  return { value: count / of, interval: wilsonInterval(count, of) };
}
