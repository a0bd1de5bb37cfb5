import type { Prediction } from '../../src/evaluation/example.ts';

/** A class with its confidence before and after the attack; `undefined` where it is not among the most probable. */
export interface TopClass {
  readonly name: string;
  readonly before?: number;
  readonly after?: number;
}

/** What would be shown as 0%. */
const leastConfidence = 0.005;

/** The most probable classes before and after an attack, without those that are next to impossible: those after it first, in their order. */
export function topClasses(before: Prediction, after: Prediction | null): TopClass[] {
  const confidences = ({ top = [] }: Partial<Prediction>) => new Map(top.map((one) => [one.class, one.confidence]));
  const [first, last] = [confidences(before), confidences(after ?? {})];
  const names = [...new Set([...last.keys(), ...first.keys()])].filter(
    (name) => Math.max(first.get(name) ?? 0, last.get(name) ?? 0) >= leastConfidence,
  );
  return names.map((name) => {
    const [was, is] = [first.get(name), last.get(name)];
    return { name, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) };
  });
}
