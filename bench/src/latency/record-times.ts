import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface RecordTime {
  readonly partition: string;
  readonly offset: number;
  /** When the producer made it, in milliseconds since the epoch. */
  readonly time: number;
}

/** The records of a topic with their times; kcat reads them. */
export async function readRecordTimes(
  topic: string,
  brokers: readonly string[],
): Promise<readonly RecordTime[]> {
  const args = [
    '-C',
    '-b',
    brokers.join(','),
    '-t',
    topic,
    '-o',
    'beginning',
    '-e',
    '-q',
    '-f',
    '%p %o %T\n',
  ];
  const { stdout } = await promisify(execFile)('kcat', args, { maxBuffer: 2 ** 28 });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [partition = '', offset, time] = line.split(' ');
      return { partition, offset: Number(offset), time: Number(time) };
    });
}

/** How well the producer kept up, so that it is not the producer that is measured. */
export function producedRate(records: readonly RecordTime[]): number {
  const times = records.map(({ time }) => time).sort((a, b) => a - b);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  return seconds === 0 ? 0 : (records.length - 1) / seconds;
}
