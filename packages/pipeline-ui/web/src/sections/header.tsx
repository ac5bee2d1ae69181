import type { JSX } from 'preact';
import type { Status } from '../../../src/api/index.ts';
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
}: {
  readonly connection: Connection;
  readonly status: Status | undefined;
}): JSX.Element {
  return (
    <header class="top">
      <div class="top-line">
        <h1>
          <img src="/icon.svg" alt="" width="24" height="24" /> Client tickets
          {status !== undefined && <span class="topic">{status.topic}</span>}
        </h1>
        <StateBadge connection={connection} status={status} />
        {status?.control === true && connection.kind === 'live' && <PauseControl state={status.state} />}
      </div>
      <nav aria-label="Sections">
        <ul>
          {SECTIONS.map(([id, title]) => (
            <li key={id}>
              <a href={`#${id}`}>{title}</a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}
