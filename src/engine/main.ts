import { serve } from './serve.ts';

// The entry point of the forked compute process. It ends with its parent.
serve({
  post: (message) => process.send?.(message),
  on: (listener) => process.on('message', listener),
});
process.on('disconnect', () => process.exit());
