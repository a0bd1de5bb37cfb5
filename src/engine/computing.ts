import type { ModelOptions } from '../models/options.ts';
import type { TensorFlowOptions } from '../models/tfjs/backend.ts';

/** What an engine computes with. */
export interface Computing {
  readonly models: ModelOptions;
  readonly tensorflow: TensorFlowOptions;
}

/**
 * What the environment variables set: PERTURB_RUNTIME, PERTURB_PROVIDER, PERTURB_THREADS, PERTURB_MEMORY (in bytes),
 * PERTURB_BACKEND and PERTURB_TENSORFLOW. Unset ones are missing.
 */
export function computingOf(env: NodeJS.ProcessEnv): Computing {
  const { PERTURB_RUNTIME: runtime, PERTURB_PROVIDER: provider } = env;
  const { PERTURB_BACKEND: backend, PERTURB_TENSORFLOW: folder } = env;
  const [threads, memory] = [Number(env.PERTURB_THREADS), Number(env.PERTURB_MEMORY)];
  return {
    models: {
      ...(runtime && { runtime }),
      ...(provider && { provider }),
      ...(threads && { threads }),
      ...(memory && { memory }),
    },
    tensorflow: { ...(backend && { backend }), ...(folder && { folder }) },
  };
}

/** The first, overridden by the second. */
export function overridden(computing: Computing, { models, tensorflow }: Computing): Computing {
  return { models: { ...computing.models, ...models }, tensorflow: { ...computing.tensorflow, ...tensorflow } };
}
