import { createBirpc } from 'birpc';
import { limitReading } from '../data/memory.ts';
import { jobs } from '../jobs/catalog.ts';
import type { Job } from '../jobs/job.ts';
import { ModelCache } from '../jobs/modelCache.ts';
import { configureTensorFlow } from '../models/tfjs/backend.ts';
import type { EngineLocation } from '../reports/report.ts';
import { describeError } from '../userError.ts';
import { type Computing, overridden } from './computing.ts';
import type { ClientFunctions, EngineFunctions, Port } from './protocol.ts';

/**
 * An engine: runs the jobs that a port requests, keeping models between them. Its client makes one call at a time that
 * uses models.
 * @param defaults what computes, unless the client says otherwise.
 */
export function serve(port: Port, defaults: Computing): void {
  const onOpening = (model: string | undefined) => client.opening.asEvent(model);
  const secretOf = (name: string) => client.secret(name);
  let models = new ModelCache(defaults.models, onOpening, secretOf);
  let location: EngineLocation = 'process';
  const running = new Map<number, AbortController>();
  const functions: EngineFunctions = {
    configure(configuration) {
      const computing = overridden(defaults, configuration.computing);
      location = configuration.location;
      models = new ModelCache(computing.models, onOpening, secretOf);
      limitReading(computing.models.memory);
      configureTensorFlow(computing.tensorflow);
    },
    async call(id, name, request) {
      const abort = new AbortController();
      running.set(id, abort);
      const onProgress = (progress: unknown) => client.progress.asEvent(id, progress);
      try {
        const job = jobs[name] as Job<unknown, unknown, unknown>;
        return await job(request, { signal: abort.signal, models, location, onProgress });
      } catch (error) {
        // Only its message reaches the other side.
        throw new Error(describeError(error));
      } finally {
        running.delete(id);
      }
    },
    cancel(id) {
      // A new error: not every Node.js sends a DOMException between processes.
      running.get(id)?.abort(new Error('cancelled'));
    },
  };
  const client = createBirpc<ClientFunctions, EngineFunctions>(functions, port);
}
