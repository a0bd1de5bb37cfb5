import { withoutClassical } from './classical.ts';
import type { Model } from './graph.ts';
import { withOwnStatistics } from './ownStatistics.ts';
import { withScores } from './scores.ts';
import { withSigmoids } from './sigmoids.ts';
import { upgrade } from './upgrade.ts';

/**
 * Brings a model as it was read to the form that all that follows knows: in one version of the standard, in its operators
 * alone where they suffice, with the scores of the classes as its only output.
 * @param output name of the output that holds them, where settings state it.
 * @param notes takes what was decided for the model.
 * @throws UserError when there is no such output, or when several could be it.
 */
export function normalizeModel(read: Model, output?: string, notes: string[] = []): Model {
  const model = upgrade(read);
  const opset = model.opsets.get('') ?? 0;
  const graph = withOwnStatistics(model.graph);
  if (graph !== model.graph) {
    notes.push(
      'batch normalization is in training mode, and takes the statistics of each image alone; export the model for inference',
    );
  }
  return { ...model, graph: withScores(withSigmoids(withoutClassical(graph, opset), opset), output) };
}
