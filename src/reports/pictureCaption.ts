import path from 'node:path';
import { plainName } from './fileNames.ts';

/**
 * What a picture of a run shows, from its name: "no-entry → stop".
 * @param classes of the model, in whose spelling the names are given back.
 */
export function pictureCaption(picture: string, classes: readonly string[] = []): string {
  const name = path.basename(picture, '.png').replace(/-[0-9a-f]{6}-\d+$/, '');
  const sides = name.split('-becomes-');
  const spelled = (plain: string) => classes.find((each) => plainName(each) === plain) ?? plain.replaceAll('-', ' ');
  return sides.map(spelled).join(' → ');
}
