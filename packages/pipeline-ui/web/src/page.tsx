import type { JSX } from 'preact';
import type { LiveSource } from './live/live-source.ts';
import { showDayAndZone } from './format/times.ts';
import { api } from './live/api-client.ts';
import { RecordNamesProvider } from './live/record-names.ts';
import { shareOf } from './live/share.ts';
import { useLive } from './live/use-live.ts';
import { useRequest } from './live/use-request.ts';
import { Header } from './sections/header.tsx';
import { Notices } from './sections/notices.tsx';
import { Figures } from './sections/figures.tsx';
import { Counts } from './sections/counts.tsx';
import { Charts } from './sections/charts.tsx';
import { Windows } from './sections/windows.tsx';
import { Batches } from './sections/batches.tsx';
import { Partitions } from './sections/partitions.tsx';
import { DeadLetters } from './sections/dead-letters.tsx';
import { Settings } from './sections/settings.tsx';

export function Page({ live }: { readonly live: LiveSource }): JSX.Element {
  const { connection, events, charted } = useLive(live);
  const { status, figures, counts, windows, partitions, batches } = events;
  const { answer: about } = useRequest(status?.startedAt ?? '', api.settings);
  const share = shareOf(status, partitions);
  return (
    <RecordNamesProvider value={status?.records}>
      <a class="skip" href="#content">
        Skip to the numbers
      </a>
      <Header
        connection={connection}
        status={status}
        lag={figures?.lag ?? null}
        links={about.kind === 'there' ? about.value.links : []}
      />
      <main id="content" tabIndex={-1} class={connection.kind === 'lost' ? 'is-old' : undefined}>
        <Notices
          connection={connection}
          status={status}
          figures={figures}
          counts={counts}
          partitions={partitions}
        />
        <section id="overview" aria-labelledby="overview-heading">
          <h2 id="overview-heading" class="for-readers">
            Overview
          </h2>
          <Figures status={status} figures={figures} share={share} />
          <div class="overview">
            <Counts counts={counts} />
            <Charts charted={charted} share={share} />
          </div>
          <Windows windows={windows} />
        </section>
        <Batches batches={batches} share={share} />
        <Partitions partitions={partitions} table={figures?.table ?? null} />
        <DeadLetters
          total={figures?.storedDeadLetters ?? null}
          waiting={(figures?.deadLetters ?? 0) - (figures?.storedDeadLetters ?? 0)}
        />
        <Settings status={status} about={about} />
      </main>
      <footer>
        <p>{showDayAndZone(new Date())}</p>
        <p>
          <a href="/api/v1/openapi.json">API</a> <a href="/metrics">Metrics</a> <a href="/healthz">Health</a>{' '}
          <a href="/readyz">Readiness</a>
        </p>
      </footer>
    </RecordNamesProvider>
  );
}
