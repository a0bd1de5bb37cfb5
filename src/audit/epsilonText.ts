/** A budget as findings state it: "ε = 0.0314". */
export function epsilonText(epsilon: number): string {
  return `ε = ${Number(epsilon.toPrecision(4))}`;
}
