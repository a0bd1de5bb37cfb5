/**
 * Assigns each row a different column at the least total cost: the Hungarian method (Kuhn 1955) with shortest
 * augmenting paths, O(n³).
 * @param costs a square matrix; Infinity forbids a pair; some assignment without such pairs must exist.
 * @returns the column of each row.
 */
export function cheapestAssignment(costs: readonly (readonly number[])[]): number[] {
  const size = costs.length;
  const rowPotential = new Float64Array(size);
  const columnPotential = new Float64Array(size);
  const rowOf = new Int32Array(size).fill(-1);
  for (let start = 0; start < size; start++) {
    // Dijkstra's shortest path from this row to a free column. A taken column leads to the row that has it.
    const distance = new Float64Array(size).fill(Infinity);
    const before = new Int32Array(size).fill(-1);
    const isReached = new Uint8Array(size);
    const reached: number[] = [];
    let [row, column, length] = [start, -1, 0];
    while (row >= 0) {
      let nearest = -1;
      for (let j = 0; j < size; j++) {
        if (isReached[j]) continue;
        const through =
          length + (costs[row]?.[j] as number) - (rowPotential[row] as number) - (columnPotential[j] as number);
        if (through < (distance[j] as number)) {
          distance[j] = through;
          before[j] = column;
        }
        if (nearest < 0 || (distance[j] as number) < (distance[nearest] as number)) nearest = j;
      }
      column = nearest;
      length = distance[column] as number;
      isReached[column] = 1;
      reached.push(column);
      row = rowOf[column] as number;
    }
    rowPotential[start] = (rowPotential[start] as number) + length;
    for (const j of reached) {
      const surplus = length - (distance[j] as number);
      columnPotential[j] = (columnPotential[j] as number) - surplus;
      const owner = rowOf[j] as number;
      if (owner >= 0) rowPotential[owner] = (rowPotential[owner] as number) + surplus;
    }
    // Each column on the path goes to the row that reached it.
    for (let j = column; j >= 0; j = before[j] as number) {
      const previous = before[j] as number;
      rowOf[j] = previous < 0 ? start : (rowOf[previous] as number);
    }
  }
  const columns = new Array<number>(size);
  for (const [column, row] of rowOf.entries()) columns[row] = column;
  return columns;
}
