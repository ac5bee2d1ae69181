import type { JSX } from 'preact';

/** Text that is cut where it is long, and whole once it is opened. */
export function LongText({ text, length }: { readonly text: string; readonly length: number }): JSX.Element {
  if (text.length <= length) return <>{text}</>;
  return (
    <details class="long">
      <summary>{text.slice(0, length).trimEnd()} …</summary>
      {text}
    </details>
  );
}
