// Loaded before tests and tools whose environment says what computes, as the engine's environment does.
import { computingOf } from '../../src/engine/computing.ts';
import { configureTensorFlow } from '../../src/models/tfjs/backend.ts';

configureTensorFlow(computingOf(process.env).tensorflow);
