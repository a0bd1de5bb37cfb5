import type { ShownExample, ShownTest } from '../../src/page/protocol.ts';

/** The same image in another test: at the same budget, or at the largest one that the other test has of it. */
export function twinOf({ examples }: ShownTest, { sha256, epsilon }: ShownExample): ShownExample | undefined {
  const same = examples.filter((example) => example.sha256 === sha256);
  return (
    same.find((example) => example.epsilon === epsilon) ??
    same.toSorted((a, b) => (b.epsilon ?? 0) - (a.epsilon ?? 0))[0]
  );
}
