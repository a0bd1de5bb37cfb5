import { withoutClassical } from './classical.ts';
import { isDrawing } from './drawing.ts';
import type { Model } from './graph.ts';
import { withOwnStatistics } from './ownStatistics.ts';
import { withScores } from './scores.ts';
import { withSigmoids } from './sigmoids.ts';
import { upgrade } from './upgrade.ts';

/**
 * Brings a model to the form that later steps expect: one version of the standard, only its operators if they suffice,
 * and the class scores as the only output.
 * @param output name of the output that holds them, if the settings state it.
 * @param notes receives the decisions made for the model.
 * @throws UserError when there is no such output, or when several could be it.
 */
export function normalizeModel(read: Model, output?: string, notes: string[] = []): Model {
  const model = upgrade(read);
  const opset = model.opsets.get('') ?? 0;
  const graph = withOwnStatistics(model.graph);
  if (graph !== model.graph) {
    notes.push(
      'batch normalization is in training mode and uses the statistics of each single image; export the model for inference',
    );
  }
  const normalized = withScores(withSigmoids(withoutClassical(graph, opset), opset), output);
  const random = normalized.nodes.find(isDrawing);
  if (random !== undefined) {
    notes.push(`the model draws random numbers (${random.operator}), so its answers change from run to run`);
  }
  return { ...model, graph: normalized };
}
