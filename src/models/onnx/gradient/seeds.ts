import { type Functional, leastDoubt } from '../../functional.ts';
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';

/** The kinds of functionals whose gradient starts at the logits; the two probability distances differ in the graph. */
export const seedKinds = ['crossEntropy', 'margin', 'dlr', 'targetedDlr', 'l1', 'l2', 'weights'] as const;
export type SeedKind = (typeof seedKinds)[number];

/** An input that seeds the backward pass. */
export interface SeedInput extends Value {
  readonly type: 'float32';
  readonly dims: readonly number[];
}

/** Which seed a functional of the logits needs. */
export function seedKindOf(functional: Functional): SeedKind {
  return functional.kind === 'probabilityDistance' ? functional.norm : functional.kind;
}

/** How many classes a kind needs at least. */
const fewestClasses: Readonly<Partial<Record<SeedKind, number>>> = { margin: 2, dlr: 3, targetedDlr: 4 };

/** The inputs of a kind: for each, the number of columns per image. */
function columnsOf(kind: SeedKind, classes: number): Readonly<Record<string, number>> {
  switch (kind) {
    case 'weights':
      return { weights: classes };
    case 'l1':
    case 'l2':
      return { [`${kind}/target`]: classes, [`${kind}/scale`]: 1 };
    case 'targetedDlr':
      return { [`${kind}/label`]: classes, [`${kind}/target`]: classes, [`${kind}/scale`]: 1 };
    default:
      return { [`${kind}/label`]: classes, [`${kind}/scale`]: 1 };
  }
}

/** The inputs for the seeds of these kinds, for a batch. Labels and targets are one-hot. */
export function seedInputs(kinds: readonly SeedKind[], batch: number, classes: number): SeedInput[] {
  return kinds.flatMap((kind) =>
    Object.entries(columnsOf(kind, classes)).map(([name, columns]) => ({
      name: seedInputName(name),
      type: 'float32' as const,
      dims: [batch, columns],
    })),
  );
}

function seedInputName(name: string): string {
  return `perturb-seed/${name}`;
}

/**
 * Writes what an input holds for one functional of one image: without it, and for functionals of other kinds, zeros.
 * @param inputs finds the values of an input by its name.
 * @param image counts the rows of these values.
 */
export function writeSeed(
  functional: Functional,
  classes: number,
  inputs: (name: string) => Float32Array,
  image: number,
): void {
  const { scale = 1 } = functional;
  if (functional.kind === 'weights') {
    if (functional.output !== 'logits') return;
    const row = inputs(seedInputName('weights'));
    for (let i = 0; i < classes; i++) row[image * classes + i] = scale * (functional.weights[i] as number);
    return;
  }
  const kind = seedKindOf(functional);
  inputs(seedInputName(`${kind}/scale`))[image] = scale;
  if ('label' in functional) inputs(seedInputName(`${kind}/label`))[image * classes + functional.label] = 1;
  if ('target' in functional) inputs(seedInputName(`${kind}/target`))[image * classes + functional.target] = 1;
}

/**
 * Appends the gradient of the functionals with respect to the logits, as `seed` in `functional.ts` defines it: the
 * start of the backward pass. Kinds that need more classes are left out.
 * @param logits a matrix, a row for each image.
 * @returns a matrix of the same shape.
 */
export function appendSeeds(
  kinds: readonly SeedKind[],
  logits: string,
  [batch, classes]: readonly [number, number],
  build: GraphBuilder,
): string {
  const shape = [batch, classes];
  const input = seedInputName;
  // Not ReduceSum, which adds up in another order when there is one row: an image's gradient must not depend on its batch.
  const ones = build.floats(new Float32Array(classes).fill(1), [classes, 1]);
  const sumOfRows = (value: string) => build.op('MatMul', [value, ones]);
  const softmax = shared(() => build.softmaxOfRows(logits));
  const one = build.floats(1);
  const others = (label: string) => build.sub(one, label);
  /** The logits, with that of the label excluded from comparison. */
  const without = (label: string) => build.sub(logits, build.mul(label, build.floats(1e30)));
  const largestOther = (label: string) => oneHot(build.op('ArgMax', [without(label)], { axis: 1, keepdims: 0 }));
  const oneHot = (indices: string) =>
    build.reshape(build.op('OneHot', [indices, build.ints([classes]), build.floats([0, 1])]), shape);
  const ranked = shared(() => {
    const count = Math.min(4, classes);
    const [values, indices] = build.ops('TopK', [logits, build.ints([count])], { axis: 1 }, 2) as [string, string];
    const column = (matrix: string, rank: number) => build.slice(matrix, [rank - 1], [rank], [1]);
    return {
      value: (rank: number) => column(values, rank),
      oneHot: (rank: number) => oneHot(build.reshape(column(indices, rank), [batch])),
    };
  });
  const valueAt = (label: string) => sumOfRows(build.mul(logits, label));
  /** Gradient of top / bottom; an image without such a functional may have a bottom of 0, and must not get NaN. */
  const quotient = (kind: SeedKind, topGradient: string, top: string, bottomGradient: string, bottom: string) => {
    const scale = input(`${kind}/scale`);
    const unused = build.mask(build.op('Equal', [scale, build.floats(0)]));
    const safe = build.add(build.add(bottom, build.floats(1e-12)), unused);
    const term = build.div(build.sub(topGradient, build.mul(bottomGradient, build.div(top, safe))), safe);
    return build.mul(scale, term);
  };

  const seeds: Record<SeedKind, () => string> = {
    weights: () => input('weights'),
    crossEntropy: () => {
      const label = input('crossEntropy/label');
      // p_y − 1 as minus the sum of the others: 1 − p_y is lost to rounding when the model is certain.
      const rest = build.mul(softmax(), others(label));
      const doubt = sumOfRows(rest);
      const gradient = build.sub(rest, build.mul(label, doubt));
      // If even that sum is nearly lost, without it as a factor.
      const direction = build.sub(build.softmaxOfRows(without(label)), label);
      const isSure = build.op('Less', [doubt, build.floats(leastDoubt)]);
      return build.mul(input('crossEntropy/scale'), build.where(isSure, direction, gradient));
    },
    margin: () => {
      const label = input('margin/label');
      return build.mul(input('margin/scale'), build.sub(label, largestOther(label)));
    },
    dlr: () => {
      const label = input('dlr/label');
      const topGradient = build.sub(largestOther(label), label);
      const bottomGradient = build.sub(ranked().oneHot(1), ranked().oneHot(3));
      const bottom = build.sub(ranked().value(1), ranked().value(3));
      return quotient('dlr', topGradient, valueAt(topGradient), bottomGradient, bottom);
    },
    targetedDlr: () => {
      const topGradient = build.sub(input('targetedDlr/target'), input('targetedDlr/label'));
      const half = build.floats(0.5);
      const bottomGradient = build.sub(
        ranked().oneHot(1),
        build.mul(half, build.add(ranked().oneHot(3), ranked().oneHot(4))),
      );
      const bottom = build.sub(ranked().value(1), build.mul(half, build.add(ranked().value(3), ranked().value(4))));
      return quotient('targetedDlr', topGradient, valueAt(topGradient), bottomGradient, bottom);
    },
    l1: () => probabilityDistance('l1', (difference) => build.op('Sign', [difference])),
    l2: () => probabilityDistance('l2', (difference) => difference),
  };
  /** Through softmax: ∂/∂z_i = p_i (outer_i − Σ_j p_j outer_j). */
  const probabilityDistance = (kind: 'l1' | 'l2', outerOf: (difference: string) => string) => {
    const p = softmax();
    const outer = outerOf(build.sub(p, input(`${kind}/target`)));
    const gradient = build.mul(p, build.sub(outer, sumOfRows(build.mul(p, outer))));
    return build.mul(input(`${kind}/scale`), gradient);
  };
  const possible = kinds.filter((kind) => classes >= (fewestClasses[kind] ?? 1));
  const [first, ...rest] = possible.map((kind) => seeds[kind]());
  return rest.reduce((sum, seed) => build.add(sum, seed), first ?? build.mul(logits, build.floats(0)));
}

/** Creates something once, when first needed. */
function shared<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
