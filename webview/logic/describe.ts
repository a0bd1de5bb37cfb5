import { type Kind, kinds } from '../../src/attacks/kind.ts';
import type { State } from '../../src/corpus/states.ts';
import type { Status } from '../../src/evaluation/metrics.ts';
import type { Verdict } from '../../src/evaluation/verdict.ts';
import type { Norm } from '../../src/geometry/norms.ts';
import type { ShownExample } from '../../src/page/protocol.ts';
import type { Translate } from '../l10n.ts';
import { formatAmount, formatConfidence } from './format.ts';

/** Display name of a status; forging images and explaining a model do not fool the model. */
export function statusTitle(t: Translate, status: Status, kind: Kind): string {
  switch (status) {
    case 'fooled':
      return { attack: t('Fooled'), forge: t('Forged'), explanation: t('Changes') }[kind];
    case 'held':
      return { attack: t('Held'), forge: t('Not forged'), explanation: t('Unchanged') }[kind];
    case 'undecided':
      return t('Undecided');
    case 'wrong':
      return t('Misclassified before the attack');
    case 'rejected':
      return t('Rejected before the attack');
    case 'ineligible':
      return t('Ineligible');
  }
}

/** Display name of the state of a known counterexample. */
export function stateTitle(t: Translate, state: State): string {
  switch (state) {
    case 'newlyFooled':
      return t('Newly fooled');
    case 'stillFooled':
      return t('Still fooled');
    case 'fixedForThisImageOnly':
      return t('Fixed for this image only');
    case 'fixed':
      return t('Fixed');
  }
}

/** Display name of a verdict; an explanation cannot pass, nor can an attack of which nothing is expected. */
export function verdictTitle(t: Translate, verdict: Verdict, kind: Kind): string {
  switch (verdict) {
    case 'passed':
      return kinds[kind].isMeasured ? t('Passed') : t('Explained');
    case 'failed':
      return t('Failed');
    case 'errored':
      return t('Errored');
    case 'measured':
      return kind === 'forge' ? t('Forged') : t('Attacked');
  }
}

/** The name of a class, or its number if the report has no names. */
export function className(t: Translate, classes: readonly string[], index: number): string {
  return classes[index] ?? t('class {0}', index);
}

/** The properties of the test's attack that descriptions of examples depend on. */
export interface Told {
  readonly norm: Norm;
  readonly kind: Kind;
}

/** A description of one example for screen readers: "no-entry predicted as stop, 93%, distance 8/255". */
export function describeExample(t: Translate, example: ShownExample, told: Told, nameBudget = false): string {
  const { norm } = told;
  const outcome = describeOutcome(t, example, told);
  const isCaught = example.adversarial?.rejected && example.status === 'held';
  const words = isCaught ? t('{0}, rejected by the detector', outcome) : outcome;
  if (!nameBudget || example.epsilon === undefined) return words;
  return t('{0}, budget {1}', words, formatAmount(example.epsilon, norm));
}

function describeOutcome(t: Translate, example: ShownExample, { norm, kind }: Told): string {
  const { label, status, clean, adversarial, norms } = example;
  if (status === 'ineligible') return t('{0} not attacked: already the target', label);
  if (status === 'wrong') {
    return t(
      '{0} misclassified before the attack: predicted as {1}, {2}',
      label,
      clean.class,
      formatConfidence(clean.confidence),
    );
  }
  if (status === 'rejected') return t('{0} rejected by the detector before the attack', label);
  if (status === 'undecided') return t('{0} undecided: the attack had nothing to follow', label);
  if (!adversarial || !norms) {
    return kinds[kind].isMeasured ? t('{0} held: the attack found nothing', label) : t('{0} unchanged', label);
  }
  const { class: predicted } = adversarial;
  const confidence = formatConfidence(adversarial.confidence);
  const distance = formatAmount(norms[norm], norm);
  const words = {
    attack: {
      fooled: t('{0} predicted as {1}, {2}, distance {3}', label, predicted, confidence, distance),
      held: t('{0} held: predicted as {1}, {2}, distance {3}', label, predicted, confidence, distance),
    },
    forge: {
      fooled: t('{0} forged into {1}, {2}, distance {3}', label, predicted, confidence, distance),
      held: t('{0} not forged: predicted as {1}, {2}, distance {3}', label, predicted, confidence, distance),
    },
    explanation: {
      fooled: t('{0} becomes {1} at distance {2}', label, predicted, distance),
      held: t('{0} unchanged', label),
    },
  };
  return words[kind][status];
}

/** Why an example has no adversarial image. */
export function explainMissing(t: Translate, { status }: ShownExample): string {
  switch (status) {
    case 'wrong':
      return t('Not attacked: the model misclassifies this image before the attack.');
    case 'rejected':
      return t('Not attacked: the detector rejects this image before the attack.');
    case 'ineligible':
      return t('Not attacked: this image already has the target label.');
    case 'undecided':
      return t('The attack had nothing to follow on this image.');
    case 'held':
    case 'fooled':
      return t('The attack found no candidate for this image.');
  }
}
