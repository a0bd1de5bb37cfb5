import type { TrainingProgress } from '../../src/defenses/progress.ts';
import type { ShownTraining } from '../../src/page/trainingProtocol.ts';
import { h, on, setAttributes } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { post } from './host.ts';

/** The progress of a training, and the button that cancels it. */
export function createProgress(t: Translate) {
  const phase = h('span', { class: 'phase' });
  const steps = h('span', { class: 'count' });
  const left = h('span', { class: 'count' });
  const filled = h('span', { class: 'progress-fill' });
  const bar = h('div', { class: 'progress', role: 'progressbar', 'aria-label': t('Progress') }, filled);
  const cancel = on(h('button', { type: 'button' }, t('Cancel')), { click: () => post({ type: 'cancel' }) });
  const remark = h('p', { class: 'muted' });
  const element = h(
    'div',
    { class: 'progress-block' },
    h('div', { class: 'progress-row' }, phase, steps, left, cancel),
    bar,
    remark,
  );
  return {
    element,
    update({ of, progress, timeLeft, isCancelling, outcome }: ShownTraining): void {
      // A canceled training still says how to resume it.
      const resumes = of !== 'detector' && (outcome === undefined || outcome.type === 'cancelled');
      const advice = {
        detector: '',
        defense: t('To resume a canceled defense, run Harden Model… again.'),
        surrogate: t('To resume a canceled surrogate, run Train Surrogate… again.'),
        generator: t('To resume a canceled generator, run Train Generator… again.'),
      }[of];
      remark.textContent = resumes ? advice : '';
      remark.hidden = !resumes;
      for (const part of [cancel.parentElement as HTMLElement, bar]) part.hidden = outcome !== undefined;
      element.hidden = outcome !== undefined && !resumes;
      cancel.disabled = isCancelling;
      phase.textContent = isCancelling ? t('Canceling…') : progress ? phaseTitle(t, progress.phase) : t('Waiting…');
      const { step = 0, steps: total = 0 } = progress ?? {};
      const isKnown = total > 0;
      steps.textContent = isKnown ? t('Step {0} of {1}', step, total) : '';
      left.textContent = timeLeft === undefined ? '' : t('about {0} left', timeLeft);
      bar.classList.toggle('unknown', !isKnown);
      filled.style.width = isKnown ? `${(100 * step) / total}%` : '';
      setAttributes(bar, {
        'aria-valuemin': 0,
        'aria-valuemax': isKnown ? total : undefined,
        'aria-valuenow': isKnown ? step : undefined,
        'aria-valuetext': [phase, steps, left].flatMap(({ textContent }) => textContent || []).join(', '),
      });
    },
  };
}

/** Display name of a phase. */
export function phaseTitle(t: Translate, phase: TrainingProgress['phase']): string {
  switch (phase) {
    case 'loading':
      return t('Loading model and images');
    case 'asking':
      return t('Asking the model');
    case 'crafting':
      return t('Making adversarial examples');
    case 'training':
      return t('Training');
    case 'measuring':
      return t('Measuring');
  }
}
