/** `TECHNICAL` becomes `Technical`; other names stay. */
export function showKind(name: string): string {
  return name === name.toUpperCase() ? name.charAt(0) + name.slice(1).toLowerCase() : name;
}
