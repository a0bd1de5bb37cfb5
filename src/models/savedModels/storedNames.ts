import type { GraphDef } from '../tensorflow/graphDef.ts';
import { operationsFor, type Reference } from '../tensorflow/operations.ts';

/** The operators that give a variable its value. */
const assignments = new Set(['Assign', 'AssignVariableOp']);
/** What passes on a tensor as it is. */
const passing = new Set(['Identity', 'IdentityN', 'Cast']);

/**
 * The names under which a checkpoint has the variables of a graph: the operation that would restore them tells, in every
 * version of TensorFlow, by what it assigns to which variable.
 * @param restore name of that operation.
 * @returns the name in the checkpoint of each variable, by the name of its operation.
 * @throws UserError when the graph is damaged.
 */
export function storedNames(graph: GraphDef, restore: string): Map<string, string> {
  const names = new Map<string, string>();
  if (!graph.nodes.some(({ name }) => name === restore)) return names;
  const { operations } = operationsFor(graph, [restore], { all: true });
  for (const { operator, inputs } of operations) {
    const [variable, value] = inputs;
    if (!assignments.has(operator) || variable === undefined || value === undefined) continue;
    const source = sourceOf(value);
    const stored = source && nameIn(source);
    const { operation } = sourceOf(variable) ?? variable;
    // By the name of the operation: several variables may have been given one name.
    if (stored !== undefined) names.set(operation.name, stored);
  }
  return names;
}

function sourceOf(reference: Reference): Reference | undefined {
  let at: Reference | undefined = reference;
  while (at !== undefined && passing.has(at.operation.operator)) at = at.operation.inputs[at.output];
  return at;
}

/** The name of one tensor that RestoreV2 reads, of those that its second input lists. */
function nameIn({ operation, output }: Reference): string | undefined {
  if (operation.operator !== 'RestoreV2') return undefined;
  const list = operation.inputs[1]?.operation.attributes.get('value');
  return list?.kind === 'names' ? list.value[output] : undefined;
}
