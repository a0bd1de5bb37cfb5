// `npm start`: opens a copy of the demo in VS Code with this extension; on the desktop where `code` is installed, else
// in the server build, for any browser.
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, provisionHost, repository } from './provision.ts';
import { isInstalled, run } from './run.ts';
import { VsCodeServer } from './server.ts';

const demo = path.join(cacheFolder, 'demo');
await mkdir(demo, { recursive: true });
await cp(path.join(repository, 'media', 'demo'), demo, { recursive: true });

if (await isInstalled('code')) {
  await run('code', ['--new-window', `--extensionDevelopmentPath=${repository}`, demo]);
  console.log('The demo opens in VS Code. Its tests are in the Testing view.');
} else {
  const server = await VsCodeServer.start(await provisionHost(), { extensions: [repository] });
  const address = `http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(demo)}`;
  console.log(`The demo is in VS Code at ${address}\nOpen it in a browser; end it with Ctrl+C.`);
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  if (process.env.DISPLAY && (await isInstalled(opener))) await run(opener, [address]).catch(() => {});
  process.once('SIGINT', () => void server.stop());
  console.log(await server.ended);
}
