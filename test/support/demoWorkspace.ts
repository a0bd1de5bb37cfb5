import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The folder of the demo workspace. */
export const demoFolder = path.join(import.meta.dirname, '..', '..', 'media', 'demo');

/** The demo's model, as settings name it. */
export const signsModel = {
  path: 'models/signs/model.json',
  labels: 'models/signs/labels.txt',
  preprocessing: { mean: 0.5, std: 0.5, channels: 'rgb' },
};

/** What a workspace is made of, beside the demo's model. */
export interface WorkspaceContents {
  readonly tests: object;
  /** Images of the demo that go into `data/street`, such as "stop/01.png". */
  readonly images: readonly string[];
  readonly models?: object;
  readonly datasets?: object;
}

/** Makes a workspace with the model of the demo, some of its images, and settings; returns the path of the settings. */
export async function writeWorkspace(
  folder: string,
  { tests, images, models, datasets }: WorkspaceContents,
): Promise<string> {
  await cp(path.join(demoFolder, 'models', 'signs'), path.join(folder, 'models', 'signs'), { recursive: true });
  for (const image of images) {
    await cp(demoImage(image), path.join(folder, 'data', 'street', image));
  }
  return writeSettings(
    folder,
    JSON.stringify(
      {
        'perturb.models': { signs: signsModel, ...models },
        'perturb.datasets': { street: { path: 'data/street' }, ...datasets },
        'perturb.tests': tests,
      },
      null,
      2,
    ),
  );
}

/** Writes the settings of a workspace; returns their path. */
export async function writeSettings(folder: string, text: string): Promise<string> {
  const file = path.join(folder, '.vscode', 'settings.json');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

/** The path of an image of the demo. */
export function demoImage(image: string): string {
  return path.join(demoFolder, 'data', 'street', image);
}

/** Images 01 to 04 of some classes of the demo. */
export function imagesOf(...classes: readonly string[]): string[] {
  return classes.flatMap((name) => ['01', '02', '03', '04'].map((number) => `${name}/${number}.png`));
}
