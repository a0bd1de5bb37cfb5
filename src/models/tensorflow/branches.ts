import { numbersOf } from '../onnx/graph/graph.ts';
import type { Computation, Operation, Reference } from './operations.ts';

/** TensorFlow's number of the type of conditions. */
const bool = 10;

/**
 * Takes the branches that TensorFlow 1 has for training and inference, where what decides is known: what is fed to say
 * that a model is trained is never true here. Branches that are not taken are left out.
 */
export function takeBranches({ operations, results }: Computation): Computation {
  const replaced = new Map<Operation, Operation>();
  /** What stands in place of an output of a switch or its end; undefined for a branch that is not taken. */
  const passed = new Map<Operation, readonly (Reference | undefined)[]>();
  const dead = new Set<Operation>();
  const resolve = ({ operation, output }: Reference): Reference | undefined => {
    if (dead.has(operation)) return undefined;
    const ends = passed.get(operation);
    return ends ? ends[output] : { operation: replaced.get(operation) ?? operation, output };
  };
  const kept: Operation[] = [];
  for (const operation of operations) {
    const inputs = operation.inputs.map(resolve);
    const live = inputs.filter((input) => input !== undefined);
    const taken = operation.operator === 'Switch' ? conditionIn(inputs[1]) : undefined;
    if (taken !== undefined) passed.set(operation, taken ? [undefined, inputs[0]] : [inputs[0], undefined]);
    else if (operation.operator === 'Merge' && live.length === 1) passed.set(operation, live);
    else if (live.length < inputs.length) dead.add(operation);
    else {
      const other = { ...operation, inputs: live };
      replaced.set(operation, other);
      kept.push(other);
    }
  }
  return { operations: kept, results: results.map((reference) => resolve(reference) ?? reference) };
}

/** A condition that does not depend on the image. */
function conditionIn(reference: Reference | undefined): boolean | undefined {
  let operation = reference?.operation;
  while (operation?.operator === 'Identity' || operation?.operator === 'PlaceholderWithDefault') {
    operation = operation.inputs[0]?.operation;
  }
  const type = operation?.attributes.get('dtype');
  if (type?.kind !== 'type' || type.value !== bool) return undefined;
  if (operation?.operator === 'Placeholder') return false;
  const value = operation?.operator === 'Const' ? operation.attributes.get('value') : undefined;
  return value?.kind === 'tensor' ? numbersOf(value.value())[0] === 1 : undefined;
}
