import { fileURLToPath } from 'node:url';
import { EngineClient, type EngineOptions } from '../engine/client.ts';

let options: EngineOptions = {};

/** Keeps what the command line says of the engine, for when it is started. */
export function chooseEngine(chosen: EngineOptions): void {
  options = chosen;
}

/** The engine, built beside the command line. */
export function startEngine(): EngineClient {
  return new EngineClient(fileURLToPath(new URL('engine.js', import.meta.url)), options);
}
