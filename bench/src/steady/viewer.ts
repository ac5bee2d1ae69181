/** A browser with the pipeline UI open: the page's event stream is read and dropped. Returns how to close it. */
export async function openViewer(uiUrl: string): Promise<() => void> {
  const closing = new AbortController();
  const answer = await fetch(new URL('api/v1/events', uiUrl), { signal: closing.signal });
  if (!answer.ok || answer.body === null) throw new Error(`the pipeline UI answered ${answer.status}`);
  const reading = (async () => {
    for await (const _ of answer.body ?? []) if (closing.signal.aborted) return;
  })();
  reading.catch(() => undefined); // it was closed
  return () => closing.abort();
}
