import type { JSX } from 'preact';
import type { Status } from '../../../src/api/index.ts';
import { showTime } from '../format/times.ts';
import { api } from '../live/api-client.ts';
import { useRequest } from '../live/use-request.ts';
import { WideTable } from '../parts/wide-table.tsx';

/** What is in force, for whoever wonders why it does what it does. */
export function Settings({ status }: { readonly status: Status | undefined }): JSX.Element {
  const { answer } = useRequest(status?.startedAt ?? '', api.settings);
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
          {answer.kind === 'there' &&
            Object.entries(answer.value.versions).map(([name, version]) => (
              <Fact key={name} name={name} value={version} />
            ))}
        </dl>
      )}
      {answer.kind === 'failed' && <p class="problem">{answer.message}</p>}
      {answer.kind === 'there' && (
        <WideTable label="Settings">
          <table class="settings">
            <thead>
              <tr>
                <th scope="col">Variable</th>
                <th scope="col">Value</th>
              </tr>
            </thead>
            <tbody>
              {answer.value.settings.map(({ name, value, description }) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                    <small>{description}</small>
                  </th>
                  <td>{value === null ? <span class="unknown">not set</span> : <code>{value}</code>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </WideTable>
      )}
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
