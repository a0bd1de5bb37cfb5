import type { GraphBuilder } from './graphBuilder.ts';

/** x Φ(x), or its approximation by a hyperbolic tangent (Hendrycks & Gimpel 2016). */
export function gelu(x: string, build: GraphBuilder, isApproximate = false): string {
  const half = build.scale(x, 0.5);
  if (!isApproximate) {
    const erf = build.op('Erf', [build.scale(x, Math.SQRT1_2)]);
    return build.mul(half, build.add(erf, build.floats(1)));
  }
  const cube = build.mul(build.mul(x, x), x);
  const inner = build.scale(build.add(x, build.scale(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return build.mul(half, build.add(build.op('Tanh', [inner]), build.floats(1)));
}
