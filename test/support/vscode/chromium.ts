// Finds the browser in which the workbench of the server build is opened, or installs it where that can be done.
import { existsSync } from 'node:fs';
import { isInstalled, run } from './run.ts';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
];

/** Text would be drawn as empty boxes without any font, which a minimal Debian lacks. */
const debianPackages = ['chromium', 'fonts-dejavu-core'];

/** The path of a Chromium or Chrome. CHROMIUM names one that is not in a usual place. */
export async function provisionChromium(say: (line: string) => void = console.error): Promise<string> {
  const named = process.env.CHROMIUM;
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`CHROMIUM names ${named}, which does not exist.`);
    return named;
  }
  const found = usualPlaces.find((place) => existsSync(place));
  if (found !== undefined) return found;

  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync('/etc/debian_version') || !(await isInstalled('apt-get'))) {
    throw new Error(
      'Tests in VS Code need Chromium or Chrome. ' +
        `Install it (on Debian: apt-get install ${debianPackages.join(' ')}) or name it by CHROMIUM.`,
    );
  }
  const start = performance.now();
  say(`Installing ${debianPackages.join(' and ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Another process may be installing something else: its lock is waited for.
  const options = ['--yes', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600'];
  const install = () => run('apt-get', ['install', ...options, ...debianPackages], { env });
  // Package lists that are missing or out of date make the first attempt fail; reading them anew takes a while.
  await install().catch(async () => {
    // Fails where another process reads them at the same time, which serves as well.
    await run('apt-get', ['update'], { env }).catch(() => {});
    await install();
  });
  say(`Installed Chromium in ${((performance.now() - start) / 1000).toFixed(0)} s.`);
  return '/usr/bin/chromium';
}
