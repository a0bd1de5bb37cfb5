import type { Wheel } from '../../wheels/fetchWheel.ts';
import type { Contents } from '../../wheels/unpackWheel.ts';

/** The wheel with the CUDA provider: of the same version as onnxruntime-node, since only that one can load it. */
export const cudaWheel: Wheel = {
  name: 'onnxruntime-gpu',
  version: '1.30.0',
  python: '3.12',
  platform: 'manylinux_2_28_x86_64',
  sha256: '6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1',
  command: 'perturb install-cuda',
};

/** The libraries of the provider, in the order in which one loads the other. */
export const cudaLibraries = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'] as const;

/** Where they are in the wheel. */
export const cudaContents: Contents = {
  wanted: [{ pattern: /^onnxruntime\/capi\/(libonnxruntime_providers_(?:shared|cuda)\.so)$/, into: '.' }],
  refusal: (names) =>
    cudaLibraries.every((name) => names.includes(name))
      ? undefined
      : `has no CUDA provider (${cudaLibraries.join(', ')}). Name a wheel of ${cudaWheel.name} ${cudaWheel.version} for Linux on x64.`,
};
