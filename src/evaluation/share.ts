/** A part of the images of a test, as fractions of its list in a fixed order: from 0 on, and up to 1. */
export interface Share {
  readonly from: number;
  readonly to: number;
}

/**
 * The places of the images of a share. They are counted in the order of their hashes, which mixes classes and folders: how
 * long an attack takes depends on the image. Shares that follow each other have each image once.
 * @param images of the whole test.
 */
export function placesIn({ from, to }: Share, images: readonly { readonly sha256: string }[]): ReadonlySet<number> {
  const places = images.map((_, place) => place);
  const hashOf = (place: number) => images[place]?.sha256 ?? '';
  places.sort((a, b) => (hashOf(a) < hashOf(b) ? -1 : Number(hashOf(a) > hashOf(b)) || a - b));
  return new Set(
    places.filter((_, rank) => {
      const middle = (rank + 0.5) / images.length;
      return from <= middle && middle < to;
    }),
  );
}
