import type { Constant, Node } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';

/** What a rule knows about the node that it differentiates. */
export interface RuleContext {
  readonly node: Node;
  /** Names of the node's inputs; an omitted optional one is empty. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Gradient with respect to each output, in that output's shape; undefined if nothing depends on it. */
  readonly outputGradients: readonly (string | undefined)[];
  /** Gradient with respect to the first output. */
  readonly dy: string;
  /** True for the inputs whose gradient is needed: those that depend on the image. */
  readonly wanted: readonly boolean[];
  /** Takes the nodes that the rule adds. */
  readonly build: GraphBuilder;
  /** Dimensions of a value of the model. */
  shape(value: string): readonly number[];
  /** Numbers of a small value that does not depend on the image, such as axes or pads; undefined for others. */
  numbers(value: string | undefined): readonly number[] | undefined;
  constant(value: string): Constant | undefined;
  /** Name of an optional output, added to the model's node if missing. */
  also(output: number): string;
}

/**
 * The chain rule of one operator: from the gradients with respect to its outputs, those with respect to its inputs,
 * each in its input's shape. Undefined means that an input has none: it is not needed, or the operator is flat in it.
 */
export type Rule = (context: RuleContext) => readonly (string | undefined)[];

/** Says what a rule cannot do with a node; the operator then counts as one without a rule. */
export class NotDifferentiable extends Error {
  override name = 'NotDifferentiable';
}

/** For an operator whose outputs do not change with its inputs, or only in jumps. */
export const flat: Rule = () => [];

/** For operators whose other inputs are trained: rejects one that depends on the image. @param what they are. */
export function refuseComputed({ wanted }: RuleContext, what: string): void {
  if (wanted.some((isWanted, index) => isWanted && index > 0)) {
    throw new NotDifferentiable(`${what} depend on the image`);
  }
}
