import type { Norm } from '../../src/attacks/norms.ts';
import type { Status } from '../../src/evaluation/metrics.ts';
import type { Verdict } from '../../src/evaluation/verdict.ts';
import type { ExampleReport } from '../../src/reports/report.ts';
import type { Translate } from '../l10n.ts';
import { formatAmount, formatConfidence } from './format.ts';

/** What a status is called. */
export function statusTitle(t: Translate, status: Status): string {
  switch (status) {
    case 'fooled':
      return t('Fooled');
    case 'held':
      return t('Held');
    case 'wrong':
      return t('Wrong from the start');
    case 'ineligible':
      return t('Ineligible');
  }
}

/** What a verdict is called. */
export function verdictTitle(t: Translate, verdict: Verdict): string {
  switch (verdict) {
    case 'passed':
      return t('Passed');
    case 'failed':
      return t('Failed');
    case 'errored':
      return t('Errored');
  }
}

/** One example in words, as a screen reader says it: "no-entry predicted as stop, 93 %, distance 8/255". */
export function describeExample(t: Translate, example: ExampleReport, norm: Norm, nameBudget = false): string {
  const words = describeOutcome(t, example, norm);
  if (!nameBudget || example.epsilon === undefined) return words;
  return t('{0}, budget {1}', words, formatAmount(example.epsilon, norm));
}

function describeOutcome(t: Translate, example: ExampleReport, norm: Norm): string {
  const { label, status, clean, adversarial, norms } = example;
  if (status === 'ineligible') return t('{0} not attacked: it is the target already', label);
  if (status === 'wrong') {
    return t('{0} wrong from the start: predicted as {1}, {2}', label, clean.class, formatConfidence(clean.confidence));
  }
  if (!adversarial || !norms) return t('{0} held: the attack found nothing', label);
  const { class: predicted } = adversarial;
  const confidence = formatConfidence(adversarial.confidence);
  const distance = formatAmount(norms[norm], norm);
  return status === 'fooled'
    ? t('{0} predicted as {1}, {2}, distance {3}', label, predicted, confidence, distance)
    : t('{0} held: predicted as {1}, {2}, distance {3}', label, predicted, confidence, distance);
}

/** Why an example has no adversarial image. */
export function explainMissing(t: Translate, { status }: ExampleReport): string {
  switch (status) {
    case 'wrong':
      return t('Not attacked: the model gets this image wrong before any attack.');
    case 'ineligible':
      return t('Not attacked: the label of this image is the target of the attack.');
    case 'held':
    case 'fooled':
      return t('The attack found no candidate for this image.');
  }
}
