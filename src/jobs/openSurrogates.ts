import type { Classifier } from '../models/classifier.ts';
import { openModel } from '../models/open.ts';
import type { ModelOptions } from '../models/options.ts';
import type { ModelSource } from '../models/source.ts';
import { averagedVictim } from '../runner/averagedVictim.ts';
import { type Victim, victimOf } from '../runner/victim.ts';
import { describeError, UserError } from '../userError.ts';

/** The surrogates of a test, open. */
export interface Surrogates {
  /** What the attack is made on: the surrogate, or the mean of several. */
  readonly victim: Victim;
  /** Of each surrogate, in the order of the test. */
  readonly facts: readonly { readonly name: string; readonly path: string; readonly sha256: string }[];
  dispose(): void;
}

/**
 * Opens the surrogates of a test.
 * @param model that is to be fooled.
 * @throws UserError when one cannot be opened, gives no gradients, or takes other images or knows other classes than the model.
 */
export async function openSurrogates(
  sources: readonly [ModelSource, ...ModelSource[]],
  model: Classifier,
  computing: ModelOptions,
): Promise<Surrogates> {
  const classifiers: (Classifier & { dispose(): void })[] = [];
  const dispose = () => {
    for (const classifier of classifiers) classifier.dispose();
  };
  try {
    const facts: Surrogates['facts'][number][] = [];
    for (const source of sources) {
      const { classifier, sha256 } = await openSurrogate(source, computing);
      classifiers.push(classifier);
      checkSurrogate(source.name, classifier, model);
      facts.push({ name: source.name, path: source.path, sha256 });
    }
    const [first, ...others] = classifiers.map(victimOf) as [Victim, ...Victim[]];
    return { victim: averagedVictim([first, ...others]), facts, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function openSurrogate(source: ModelSource, computing: ModelOptions) {
  try {
    return await openModel(source, computing);
  } catch (error) {
    throw new UserError(`The surrogate "${source.name}" cannot be opened. ${describeError(error)}`);
  }
}

function checkSurrogate(name: string, surrogate: Classifier, model: Classifier): void {
  const { access, obstacle } = victimOf(surrogate);
  if (access !== 'gradients') {
    const why = obstacle === undefined ? '' : `: ${obstacle}`;
    throw new UserError(
      `The surrogate "${name}" gives no gradients${why}. Use another "surrogate": the attack follows its gradients.`,
    );
  }
  const [own, its] = [model.input, surrogate.input].map(
    ({ width, height, channels }) => `${width} × ${height} pixels with ${channels} channel${channels === 1 ? '' : 's'}`,
  );
  if (own !== its) {
    throw new UserError(
      `The surrogate "${name}" takes images of ${its}, and the model images of ${own}. Use a "surrogate" with the same input.`,
    );
  }
  if (surrogate.classes.length !== model.classes.length) {
    throw new UserError(
      `The surrogate "${name}" has ${surrogate.classes.length} classes, and the model ${model.classes.length}. Use a "surrogate" with the same classes in the same order.`,
    );
  }
  const other = model.classes.findIndex((each, i) => each !== surrogate.classes[i]);
  if (other === -1) return;
  throw new UserError(
    `Class ${other} of the surrogate "${name}" is "${surrogate.classes[other]}", and that of the model "${model.classes[other]}". Use a "surrogate" with the same classes in the same order, and check "labels" of both.`,
  );
}
