import type { JSX } from 'preact';
import type { About, Status } from '../../../src/api/index.ts';
import { showTime } from '../format/times.ts';
import type { Requested } from '../live/use-request.ts';
import { ScrollRegion } from '../parts/scroll-region.tsx';

/** What is in force, what was changed first: it explains most of what the consumer does. */
export function Settings({
  status,
  about,
}: {
  readonly status: Status | undefined;
  readonly about: Requested<About>;
}): JSX.Element {
  return (
    <section id="settings" aria-labelledby="settings-heading">
      <h2 id="settings-heading">Settings</h2>
      {status !== undefined && (
        <dl class="facts panel">
          <Fact name="Results" value={status.resultsLocation} />
          <Fact name="Checkpoint" value={status.checkpointLocation} />
          <Fact name="Trigger" value={status.trigger} />
          <Fact name="Query" value={status.queryId ?? 'not opened yet'} />
          <Fact name="Run" value={status.runId ?? 'not started yet'} />
          <Fact name="Up since" value={showTime(status.startedAt)} />
          {about.kind === 'there' &&
            Object.entries(about.value.versions).map(([name, version]) => (
              <Fact key={name} name={name} value={version} />
            ))}
        </dl>
      )}
      {about.kind === 'failed' && <p class="problem">{about.message}</p>}
      {about.kind === 'there' && (
        <ScrollRegion label="Settings" class="panel wide">
          <table class="settings">
            <thead>
              <tr>
                <th scope="col">Variable</th>
                <th scope="col">Value</th>
              </tr>
            </thead>
            <tbody>
              {changedFirst(about.value.settings).map(({ name, value, usual, description }) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                    <small>{description}</small>
                  </th>
                  <td>
                    {value === null ? <span class="unknown">not set</span> : <code>{value}</code>}
                    {isChanged({ value, usual }) && (
                      <small> {usual === null ? 'by default not set' : `default ${usual}`}</small>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </section>
  );
}

type Setting = About['settings'][number];

function isChanged({ value, usual }: Pick<Setting, 'value' | 'usual'>): boolean {
  return value !== usual;
}

function changedFirst(settings: readonly Setting[]): readonly Setting[] {
  return [...settings.filter(isChanged), ...settings.filter((setting) => !isChanged(setting))];
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
