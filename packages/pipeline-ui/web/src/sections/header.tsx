import type { JSX } from 'preact';
import type { About, Status } from '../../../src/api/index.ts';
import type { Connection } from '../live/live-source.ts';
import { PauseControl } from '../parts/pause-control.tsx';
import { StateBadge } from '../parts/state-badge.tsx';

const SECTIONS = [
  ['overview', 'Overview'],
  ['batches', 'Batches'],
  ['partitions', 'Partitions'],
  ['dead-letters', 'Dead letters'],
  ['settings', 'Settings'],
] as const;

export function Header({
  connection,
  status,
  lag,
  links,
}: {
  readonly connection: Connection;
  readonly status: Status | undefined;
  readonly lag: number | null;
  /** Other pages about the same pipeline. */
  readonly links: About['links'];
}): JSX.Element {
  return (
    <header class="top">
      <div class="top-line">
        <h1>
          <img src="/icon.svg" alt="" width="24" height="24" /> Client tickets
          {status !== undefined && <span class="topic">{status.topic}</span>}
        </h1>
        <StateBadge connection={connection} status={status} lag={lag} />
        {status?.control === true && connection.kind === 'live' && <PauseControl state={status.state} />}
      </div>
      <div class="ways">
        <nav aria-label="Sections">
          <ul>
            {SECTIONS.map(([id, title]) => (
              <li key={id}>
                <a href={`#${id}`}>{title}</a>
              </li>
            ))}
          </ul>
        </nav>
        {links.length > 0 && (
          <nav aria-label="Other pages" class="elsewhere">
            <ul>
              {links.map(({ name, url }) => (
                <li key={name}>
                  <a href={url}>{name}</a>
                </li>
              ))}
            </ul>
          </nav>
        )}
      </div>
    </header>
  );
}
