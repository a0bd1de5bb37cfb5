// What the rows are computed with: the environment says.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { computingOf } from '../../src/engine/computing.ts';
import { configureTensorFlow } from '../../src/models/tfjs/backend.ts';
import { cache } from './domains.ts';

const { models, tensorflow } = computingOf(process.env);

/** On networks as small as these, threads cost more than they save. */
export const computing = { threads: 1, ...models };

/** Asks for a TensorFlow; native is looked for in .cache/tensorflow as well. */
export function chooseTensorFlow(backend: 'wasm' | 'native' | undefined): void {
  const folder = path.join(cache, '..', 'tensorflow');
  configureTensorFlow({ ...(existsSync(folder) && { folder }), ...tensorflow, ...(backend && { backend }) });
}
