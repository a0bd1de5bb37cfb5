import { withoutClassical } from './classical.ts';
import type { Model } from './graph.ts';
import { withOwnStatistics } from './ownStatistics.ts';
import { withScores } from './scores.ts';
import { withSigmoids } from './sigmoids.ts';
import { upgrade } from './upgrade.ts';

const drawing = /^(Random(Normal|Uniform)|Bernoulli|Multinomial)/;

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
  const normalized = withScores(withSigmoids(withoutClassical(graph, opset), opset), output);
  const random = normalized.nodes.find(({ operator, domain }) => domain === '' && drawing.test(operator));
  if (random !== undefined) {
    notes.push(`the model draws random numbers (${random.operator}), so that its answers change from run to run`);
  }
  return { ...model, graph: normalized };
}
