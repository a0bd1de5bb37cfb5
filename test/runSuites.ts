// `npm test`: runs every suite, also after one has failed, says in the end which ones have, and fails if any has.
//
// After the build two suites run side by side, which share nothing but it: whenever one has ended, the next begins. What a
// suite prints appears when it has ended; that of one that failed comes last, where one looks first.
import { spawn } from 'node:child_process';

// Scripts of package.json.
const before = ['lint', 'typecheck', 'build'];
// Those that take longest first, so that the last ones end at about the same time.
const suites = ['test:e2e', 'test:unit', 'test:host', 'test:webview', 'test:installed', 'test:mlserver', 'test:native'];

interface Result {
  readonly verdict: 'passed' | 'failed' | 'left out';
  readonly seconds: number;
}

const results = new Map<string, Result>();
const failures: string[] = [];

async function run(script: string): Promise<void> {
  console.log(`> ${script} …`);
  const start = performance.now();
  const env = { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) };
  // On Windows npm is a script, which only a shell starts.
  const suite = spawn('npm', ['run', '-s', script], { env, shell: process.platform === 'win32' });
  const output: Buffer[] = [];
  for (const stream of [suite.stdout, suite.stderr]) stream.on('data', (data: Buffer) => output.push(data));
  const code = await new Promise((resolve) => {
    suite.once('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    suite.once('close', resolve);
  });
  const verdict = code === 0 ? 'passed' : 'failed';
  const seconds = (performance.now() - start) / 1000;
  results.set(script, { verdict, seconds });
  const heading = `\n> ${script}: ${verdict} after ${seconds.toFixed(0)} s`;
  const printed = `${heading}\n${Buffer.concat(output)}`;
  if (verdict === 'failed') failures.push(printed);
  console.log(verdict === 'failed' ? `${heading}, see the end` : printed);
}

/** Runs scripts one after the other; an iterator may be shared. */
async function runInTurn(scripts: Iterable<string>): Promise<void> {
  for (const script of scripts) await run(script);
}

await runInTurn(before);
if (results.get('build')?.verdict === 'passed') {
  const next = suites.values();
  await Promise.all([runInTurn(next), runInTurn(next)]);
} else {
  for (const script of suites) results.set(script, { verdict: 'left out', seconds: 0 });
}

for (const printed of failures) console.log(printed);
for (const [script, { verdict, seconds }] of results) {
  console.log(`${script.padEnd(16)}${verdict.padEnd(10)}${seconds.toFixed(0).padStart(5)} s`);
}
if ([...results.values()].some(({ verdict }) => verdict !== 'passed')) process.exitCode = 1;
