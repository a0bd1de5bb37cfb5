import { type FirstLook, type LookRequest, firstLook as look } from '../evaluation/firstLook.ts';
import type { JobContext } from './job.ts';

/**
 * What a user should know about a model and images before an attack.
 * @throws UserError when one of them cannot be read; the signal's reason when it aborts.
 */
export async function firstLook(request: LookRequest, { models, signal }: JobContext<never>): Promise<FirstLook> {
  const { classifier } = await models.open(request.model);
  return look(classifier, request, signal);
}
