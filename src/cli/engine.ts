import { fileURLToPath } from 'node:url';
import { EngineClient, type EngineOptions } from '../engine/client.ts';

let options: EngineOptions = {};

/** Stores the engine options from the command line until the engine is started. */
export function chooseEngine(chosen: EngineOptions): void {
  options = chosen;
}

/** Creates a client of the engine, which is built next to the command line. */
export function startEngine(): EngineClient {
  return new EngineClient(fileURLToPath(new URL('../engine.js', import.meta.url)), options);
}
