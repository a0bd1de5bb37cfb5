import type { GraphBuilder } from '../../onnx/graph/graphBuilder.ts';

/** The nearest whole numbers, away from zero where two are as near: where ONNX takes the even one. */
export function roundAway(value: string, build: GraphBuilder): string {
  const size = build.op('Floor', [build.add(build.op('Abs', [value]), build.floats(0.5))]);
  return build.mul(build.op('Sign', [value]), size);
}
