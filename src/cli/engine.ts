import { fileURLToPath } from 'node:url';
import { EngineClient } from '../engine/client.ts';

/** The compute side, built beside the command line. */
export function startEngine(): EngineClient {
  return new EngineClient(fileURLToPath(new URL('engine.js', import.meta.url)));
}
