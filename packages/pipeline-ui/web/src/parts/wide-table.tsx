import type { ComponentChildren, JSX } from 'preact';

/** A table that may be wider than the screen: scrolls by itself, also with the keyboard. */
export function WideTable({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="panel wide" role="region" aria-label={`${label}, scrolls sideways`} tabIndex={0}>
      {children}
    </div>
  );
}
