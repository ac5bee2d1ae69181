import { startService, type ServiceProcess } from './service-process.ts';

/** A consumer process with its page. */
export interface RunningConsumer {
  readonly process: ServiceProcess;
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: string;
}

/** Starts `services/consumer` and waits until it says where its page is. */
export async function startConsumer(environment: Readonly<Record<string, string>>): Promise<RunningConsumer> {
  const process = startService('consumer', environment);
  const line = await process.waitForLog('the pipeline UI is ready');
  const url = /https?:\/\/[^"\s]+/.exec(line)?.[0];
  if (url === undefined) throw new Error(`expected an address in: ${line}`);
  return { process, url, port: new URL(url).port };
}
