import { withStated } from '../models/beside/withStated.ts';
import type { ModelSource } from '../models/source.ts';

interface Asked {
  readonly model?: unknown;
  readonly plan?: unknown;
}

/**
 * A request whose model is prepared as files next to it say where the settings leave that out: images are read before
 * the model gets them. What cannot be understood there is said when the model is opened.
 */
export async function withStatedResizing(request: unknown): Promise<unknown> {
  if (typeof request !== 'object' || request === null) return request;
  const { model, plan } = request as Asked;
  return {
    ...request,
    ...(isModelSource(model) && { model: await filled(model) }),
    ...(plan !== undefined && { plan: await withStatedResizing(plan) }),
  };
}

function isModelSource(value: unknown): value is ModelSource {
  return typeof value === 'object' && value !== null && 'name' in value && 'path' in value;
}

async function filled(model: ModelSource): Promise<ModelSource> {
  return withStated(model).then(
    ({ source: { resizing } }) => ({ ...model, ...(resizing && { resizing }) }),
    () => model,
  );
}
