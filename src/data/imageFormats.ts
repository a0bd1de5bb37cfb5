/** The image formats that Perturb reads, as sharp calls them. AVIF is a kind of HEIF. */
export const imageFormats: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp', 'gif', 'tiff', 'heif']);

/** How the names of image files end, in lower case. */
export const imageExtensions: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif'];

/** True when a file's name ends as the name of an image does, in upper or lower case. */
export function hasImageExtension(file: string): boolean {
  const name = file.toLowerCase();
  return imageExtensions.some((extension) => name.endsWith(extension));
}
