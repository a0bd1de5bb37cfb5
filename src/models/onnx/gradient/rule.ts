import type { Constant, Node } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';

/** What a rule knows of the node that it differentiates. */
export interface RuleContext {
  readonly node: Node;
  /** Names of the node's inputs; an omitted optional one is empty. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Gradient with respect to each output, of that output's shape; undefined where nothing depends on it. */
  readonly outputGradients: readonly (string | undefined)[];
  /** Gradient with respect to the first output. */
  readonly dy: string;
  /** True for the inputs whose gradient is wanted: those that depend on the image. */
  readonly wanted: readonly boolean[];
  /** Takes the nodes that the rule adds. */
  readonly build: GraphBuilder;
  /** Dimensions of a value of the model. */
  shape(value: string): readonly number[];
  /** Numbers of a small value that does not depend on the image, such as axes and pads; undefined for others. */
  numbers(value: string | undefined): readonly number[] | undefined;
  constant(value: string): Constant | undefined;
  /** Name of an optional output, which the node of the model is made to give if it does not. */
  also(output: number): string;
}

/**
 * The chain rule of one operator: from the gradients with respect to its outputs those with respect to its inputs, each
 * of its input's shape. Undefined says that an input has none: it is not wanted, or the operator is flat in it.
 */
export type Rule = (context: RuleContext) => readonly (string | undefined)[];

/** Says what a rule cannot do with a node; the operator then counts as one without a rule. */
export class NotDifferentiable extends Error {
  override name = 'NotDifferentiable';
}

/** Of an operator whose outputs do not change with its inputs, or only in jumps. */
export const flat: Rule = () => [];

/** For operators whose other inputs were trained: refuses one that depends on the image. @param what they are. */
export function refuseComputed({ wanted }: RuleContext, what: string): void {
  if (wanted.some((isWanted, index) => isWanted && index > 0)) {
    throw new NotDifferentiable(`${what} depend on the image`);
  }
}
