import { incompleteInstallation } from '../incompleteInstallation.ts';
import type { JobName } from '../jobs/catalog.ts';
import { UserError } from '../userError.ts';

/** What to call a job in a sentence, and what to do when its engine is gone. */
const words: Partial<Record<JobName, { readonly during: string; readonly advice?: string }>> = {
  checkPreprocessing: { during: 'the check' },
  describe: { during: 'its start' },
  firstLook: { during: 'the first look at the model' },
  runTest: { during: 'the test' },
  trainDefense: {
    during: 'the training',
    advice: 'Start it again: it continues after the last finished step.',
  },
  trainDetector: { during: 'the training' },
};

/** The engine exited during a call, which has no result. */
export class EngineExit extends UserError {
  /** What happened, without what to do about it. */
  readonly event: string;

  /** @param end how it ended: "exit code 3: …", "signal SIGKILL". */
  constructor(job: JobName, end: string) {
    const { during = 'its work', advice = 'Try again; if it happens each time, there may be too little memory.' } =
      words[job] ?? {};
    const event = `The engine process exited during ${during} (${end}).`;
    super(`${event} ${advice}`);
    this.event = event;
  }
}

/**
 * The error of a call whose engine exited.
 * @param end how it ended: "exit code 3: …", "signal SIGKILL".
 */
export function exitError(job: JobName, end: string): UserError {
  const incomplete = incompleteInstallation(end);
  return incomplete ? new UserError(incomplete) : new EngineExit(job, end);
}
