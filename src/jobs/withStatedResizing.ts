import { withStated } from '../models/beside/withStated.ts';
import type { ModelSource } from '../models/source.ts';

interface WithModel {
  readonly model: ModelSource;
}

/** What a job about a model is asked. */
export type ModelRequest = WithModel | { readonly plan: WithModel };

/**
 * A request whose model is prepared as files next to it say where the settings leave that out: images are read before
 * the model gets them. What cannot be understood there is said when the model is opened.
 */
export async function withStatedResizing<T extends ModelRequest>(request: T): Promise<T> {
  return 'plan' in request ? { ...request, plan: await filled(request.plan) } : ((await filled(request)) as T);
}

async function filled<T extends WithModel>(asked: T): Promise<T> {
  const { model } = asked;
  return withStated(model).then(
    ({ source: { resizing } }) => ({ ...asked, model: { ...model, ...(resizing && { resizing }) } }),
    () => asked,
  );
}
