import * as vscode from 'vscode';
import type { TrainingProgress } from '../../defenses/progress.ts';
import type { CallOptions } from '../../engine/client.ts';
import type { TrainingOutcome } from '../../page/trainingProtocol.ts';
import { describeError } from '../../userError.ts';
import type { Training } from './training.ts';
import { TrainingPanels } from './trainingPanels.ts';

const { l10n } = vscode;

/**
 * Trains something, in a panel and with a notification, either of which can cancel it; `undefined` if canceled.
 * @throws what `train` throws.
 */
export async function runTraining<O extends TrainingOutcome>(
  context: vscode.ExtensionContext,
  training: Training,
  train: (options: CallOptions<TrainingProgress>) => Promise<O>,
): Promise<O | undefined> {
  const number = TrainingPanels.of(context).add(training);
  const { signal } = training;
  const { name } = training.shown;
  // This link reopens a closed panel.
  const link = `[${name.replaceAll(/[[\]]/g, '')}](command:perturb.openTraining?${encodeURIComponent(JSON.stringify([number]))})`;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: l10n.t('Training {0}', link),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (view, token) => {
    token.onCancellationRequested(() => training.cancel());
    const onProgress = (progress: TrainingProgress) => {
      training.advance(progress);
      view.report({ message: describeProgress(progress, training.shown.timeLeft) });
    };
    try {
      const outcome = await train({ signal, onProgress });
      training.end(outcome);
      return outcome;
    } catch (error) {
      if (signal.aborted) {
        training.end({ type: 'cancelled' });
        return undefined;
      }
      training.end({ type: 'failed', message: describeError(error) });
      throw error;
    }
  });
}

function describeProgress({ phase, step, steps }: TrainingProgress, timeLeft: string | undefined): string {
  const words = {
    loading: l10n.t('loading…'),
    asking: l10n.t('asking the model'),
    crafting: l10n.t('making adversarial examples'),
    training: l10n.t('training'),
    measuring: l10n.t('measuring'),
  }[phase];
  const count = steps > 0 ? ` ${step}/${steps}` : '';
  return `${words}${count}${timeLeft === undefined ? '' : l10n.t(', about {0} left', timeLeft)}`;
}
