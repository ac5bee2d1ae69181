type Settings = Readonly<Record<string, string>>;

/**
 * What changed from one query to another, in words: `priority: URGENT added`. A setting that is a list has its items separated by
 * `, `.
 */
export function settingChanges(found: Settings, expected: Settings): readonly string[] {
  const names = [...new Set([...Object.keys(found), ...Object.keys(expected)])].sort();
  return names.flatMap((name) => {
    const [before, now] = [found[name], expected[name]];
    if (before === now) return [];
    if (before === undefined) return [`${name}: added (${now})`];
    if (now === undefined) return [`${name}: removed (${before})`];
    return [`${name}: ${listChange(before, now) ?? `${before} became ${now}`}`];
  });
}

/** `undefined`: not a list, or nothing of it stayed. */
function listChange(before: string, now: string): string | undefined {
  const [former, current] = [before.split(', '), now.split(', ')];
  if (former.length === 1 && current.length === 1) return undefined;
  const added = current.filter((item) => !former.includes(item));
  const removed = former.filter((item) => !current.includes(item));
  if (removed.length === former.length) return undefined;
  const parts = [
    ...(added.length > 0 ? [`${added.join(', ')} added`] : []),
    ...(removed.length > 0 ? [`${removed.join(', ')} removed`] : []),
  ];
  return parts.length === 0 ? `the order became ${now}` : parts.join(', ');
}
