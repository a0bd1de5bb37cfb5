// `npm test`: runs every suite, also after one has failed, says in the end which ones have, and fails if any has.
import { spawnSync } from 'node:child_process';

/** Scripts of package.json, and those that they cannot do without. */
const suites: readonly { readonly script: string; readonly needs?: string }[] = [
  { script: 'lint' },
  { script: 'typecheck' },
  { script: 'build' },
  { script: 'test:unit', needs: 'build' },
  { script: 'test:native', needs: 'build' },
  { script: 'test:webview', needs: 'build' },
  { script: 'test:host', needs: 'build' },
  { script: 'test:e2e', needs: 'build' },
];

const results = new Map<string, { readonly verdict: 'passed' | 'failed' | 'left out'; readonly seconds: number }>();

for (const { script, needs } of suites) {
  if (needs !== undefined && results.get(needs)?.verdict !== 'passed') {
    results.set(script, { verdict: 'left out', seconds: 0 });
    continue;
  }
  console.log(`\n> ${script}`);
  const start = performance.now();
  // On Windows npm is a script, which only a shell starts.
  const { status } = spawnSync('npm', ['run', '-s', script], { stdio: 'inherit', shell: process.platform === 'win32' });
  const verdict = status === 0 ? 'passed' : 'failed';
  results.set(script, { verdict, seconds: (performance.now() - start) / 1000 });
}

console.log('');
for (const [script, { verdict, seconds }] of results) {
  console.log(`${script.padEnd(14)}${verdict.padEnd(10)}${seconds.toFixed(0).padStart(5)} s`);
}
if ([...results.values()].some(({ verdict }) => verdict !== 'passed')) process.exitCode = 1;
