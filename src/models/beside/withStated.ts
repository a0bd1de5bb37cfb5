import type { ModelSource } from '../source.ts';
import { type StatedBeside, statedBeside } from './statedBeside.ts';

/** A model with what files next to it say, as far as the settings say nothing of it. */
export interface SourceWithStated {
  readonly source: ModelSource;
  readonly beside?: StatedBeside;
}

/**
 * Fills in what the settings leave out from files next to a model.
 * @throws UserError when they say how to prepare images in a way that is not understood.
 */
export async function withStated(source: ModelSource): Promise<SourceWithStated> {
  const { path, endpoint, preprocessing, resizing } = source;
  if (endpoint !== undefined) return { source };
  const beside = await statedBeside(path, preprocessing === undefined);
  const { preparation } = beside;
  return { beside, source: preparation ? { ...source, ...preparation, ...(resizing && { resizing }) } : source };
}
