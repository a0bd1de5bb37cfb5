import {
  checkPreprocessing as check,
  type PreprocessingCheck,
  type PreprocessingRequest,
} from '../evaluation/checkPreprocessing.ts';
import type { JobContext } from './job.ts';

/** How many conventions a check has tried, of `total`. */
export interface CheckProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * Tries the usual ways to preprocess images on a model and a dataset.
 * @throws UserError when that cannot be done; the signal's reason when it aborts.
 */
export async function checkPreprocessing(
  request: PreprocessingRequest,
  { models, signal, onProgress }: JobContext<CheckProgress>,
): Promise<PreprocessingCheck> {
  // Where the settings say nothing, what the model's file says is in use.
  const { preprocessing } = await models.open(request.model);
  return check(
    { ...request, model: { ...request.model, preprocessing } },
    {
      open: async (source) => (await models.open(source)).classifier,
      signal,
      onProgress: (done, total) => onProgress({ done, total }),
    },
  );
}
