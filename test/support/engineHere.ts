import type { Callable } from '../../src/engine/client.ts';
import { jobs } from '../../src/jobs/catalog.ts';
import type { Job } from '../../src/jobs/job.ts';
import { ModelCache } from '../../src/jobs/modelCache.ts';

/** An engine in this process: the same jobs, without a process of their own. */
export function engineHere(): Callable {
  const models = new ModelCache();
  return {
    location: 'process',
    async call(name, request, { onProgress = () => {}, signal = new AbortController().signal } = {}) {
      const job = jobs[name] as unknown as Job<typeof request, never, never>;
      return job(request, { models, location: 'process', signal, onProgress });
    },
  };
}
