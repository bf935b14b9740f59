/** Beside each other, by how many there are: a wall is wide. */
export function columnsFor(many: number): number {
  if (many <= 4) return many;
  return many <= 10 ? Math.ceil(many / 2) : Math.ceil(many / 3);
}
