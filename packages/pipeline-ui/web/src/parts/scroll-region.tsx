import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/**
 * What may be wider than its place scrolls by itself. Only where it is wider does the keyboard stop at it: a stop at something
 * that does not move would be one of no use.
 */
export function ScrollRegion({
  label,
  class: className,
  children,
}: {
  readonly label: string;
  readonly class: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [isWider, setIsWider] = useState(false);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const watcher = new ResizeObserver(() => setIsWider(element.scrollWidth > element.clientWidth));
    watcher.observe(element);
    for (const child of element.children) watcher.observe(child);
    return () => watcher.disconnect();
  }); // after each change, because it may have brought other children

  return (
    <div
      class={className}
      ref={box}
      role={isWider ? 'region' : undefined}
      aria-label={isWider ? `${label}, scrolls sideways` : undefined}
      tabIndex={isWider ? 0 : undefined}
    >
      {children}
    </div>
  );
}
