import { access } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../userError.ts';
import { answers, run } from '../../wheels/run.ts';

/** What building the binding needs, besides npm, which includes node-gyp. */
const builders: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['python3', 'make', process.env.CXX || 'g++'],
  darwin: ['python3', 'make', process.env.CXX || 'c++'],
};

const remedies: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'On Debian or Ubuntu: apt-get install g++ make python3 npm; on Fedora: dnf install gcc-c++ make python3 npm.',
  darwin: 'Run "xcode-select --install" for the compiler, make and Python; npm comes with Node.js.',
};

/**
 * Makes sure that the programs an installation needs are there. On Windows, node-gyp finds the compiler itself.
 * @throws UserError that names all missing ones.
 */
export async function checkTools(build: boolean, platform: NodeJS.Platform = process.platform): Promise<void> {
  const tools = ['npm', ...(build ? (builders[platform] ?? []) : [])];
  const found = await Promise.all(tools.map((tool) => answers(tool)));
  const missing = tools.filter((_, i) => !found[i]);
  if (missing.length === 0) return;
  const remedy = remedies[platform] ?? 'npm comes with Node.js.';
  throw new UserError(
    `Native TensorFlow cannot be installed: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not on the PATH. ${remedy}`,
  );
}

/**
 * The folder with Node.js's headers in `include/node`, if this machine has a copy: otherwise node-gyp downloads them.
 * They may belong to another version of Node.js: the binding uses only Node-API, which is the same in all of them.
 */
export async function nodeHeaders(): Promise<string | undefined> {
  const npmsNode = await run('Finding Node.js', 'node', ['-p', 'process.execPath'], { timeLimit: 60_000 }).catch(
    () => '',
  );
  for (const program of [process.execPath, npmsNode.trim()]) {
    if (program === '') continue;
    const prefix = path.dirname(path.dirname(program));
    const found = ['node_api.h', 'common.gypi'].map((name) => access(path.join(prefix, 'include', 'node', name)));
    if ((await Promise.allSettled(found)).every(({ status }) => status === 'fulfilled')) return prefix;
  }
  return process.env.npm_config_nodedir;
}
