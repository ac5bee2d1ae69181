const NAMED = 3;

/** Adds a problem that names the first of what it is about; none where that is nothing. */
export function say(problems: string[], what: string, which: readonly string[]): void {
  if (which.length === 0) return;
  const rest = which.length > NAMED ? ` and ${which.length - NAMED} more` : '';
  problems.push(`${what}: ${which.slice(0, NAMED).join(', ')}${rest}`);
}
