// The nearest of a list of names, for messages about a name that was not found.

/**
 * Returns the candidate with the smallest edit distance to `name`, ignoring case and the choice
 * between "-" and "_"; null when every candidate differs in more than a third of its letters.
 */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  const wanted = folded(name);
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, folded(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best === null) return null;
  return bestDistance <= Math.max(1, Math.floor(best.length / 3)) ? best : null;
}

/** Returns how many insertions, deletions and replacements turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}
