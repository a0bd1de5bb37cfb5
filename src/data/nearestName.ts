/** The share of a word's letters that may be wrong for it to count as a misspelling. */
const tolerance = 0.4;

/** The name that a misspelled word probably meant, if one is close; letter case is ignored. */
export function nearestName(word: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Math.floor(word.length * tolerance) + 1;
  for (const name of names) {
    // The distance is at least the difference in length.
    if (Math.abs(name.length - word.length) >= least) continue;
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** How many letters to insert, delete, replace, or swap with their neighbor to turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    // row[j] is the distance between the first i letters of a and the first j letters of b.
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const [deleted, inserted, replaced] = [last[j], row[j - 1], last[j - 1]] as [number, number, number];
      let least = Math.min(deleted + 1, inserted + 1, replaced + (a[i - 1] === b[j - 1] ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) least = Math.min(least, (beforeLast[j - 2] as number) + 1);
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] as number;
}
