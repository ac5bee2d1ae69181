/** Where a consumer says that its pipeline UI is, in its log; `undefined` before it says so. */
export function uiUrl(log: string): string | undefined {
  const line = log.split('\n').find((each) => each.includes('the pipeline UI is ready'));
  return /"url":"([^"]+)"/.exec(line ?? '')?.[1];
}
