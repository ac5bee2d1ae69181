import { join, resolve } from 'node:path';
import { errorCode, readSmallFile, replaceFile } from '@client-tickets/local-folder';
import { EmbeddedLogError } from './errors.ts';

/*
 * <directory>/<topic>/
 *   topic.json              {"version":1,"topic":"client_tickets","partitions":3,"id":"5b0c…"}; created last, so what it names is there
 *   partition-0.log         records, one after the other
 *   partition-0.bounds      which of them readers may see
 *   locks/1                 which writer has the log open
 *   groups/<group>.json     {"0":"600"}: how far each group of readers is done
 */
export interface LogLayout {
  readonly topic: string;
  /** Absolute: stands for the log within this process. */
  readonly folder: string;
  readonly topicFile: string;
  readonly locks: string;
  log(partition: number): string;
  bounds(partition: number): string;
  group(groupId: string): string;
}

const FORMAT_VERSION = 1;
const MAX_PARTITIONS = 10_000;

export function logLayout(directory: string, topic: string): LogLayout {
  // Kafka's rule for topic names; it also keeps the name inside the folder.
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(topic) || topic === '.' || topic === '..') {
    throw new EmbeddedLogError(
      'refused',
      `A topic's name is 1 to 249 letters, digits, ".", "_" or "-", but this one is ${JSON.stringify(topic)}.`,
    );
  }
  const folder = resolve(directory, topic);
  return {
    topic,
    folder,
    topicFile: join(folder, 'topic.json'),
    locks: join(folder, 'locks'),
    log: (partition) => join(folder, `partition-${partition}.log`),
    bounds: (partition) => join(folder, `partition-${partition}.bounds`),
    group: (groupId) => join(folder, 'groups', `${encodeURIComponent(groupId)}.json`),
  };
}

export interface Topic {
  readonly partitions: number;
  /** Of this log and no other, also of one in the same folder; `undefined`: it was made by a version that gave none. */
  readonly id: string | undefined;
}

/** `undefined` when there is no such log. */
export async function readTopic(layout: LogLayout): Promise<Topic | undefined> {
  let text;
  try {
    text = (await readSmallFile(layout.topicFile)).toString();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const found = parseTopic(text);
  if (found === undefined) {
    throw new EmbeddedLogError(
      'corrupt',
      `${layout.topicFile} does not describe a topic: ${text.slice(0, 200)}`,
    );
  }
  if (found.version !== FORMAT_VERSION) {
    throw new EmbeddedLogError(
      'refused',
      `${layout.topicFile} has format version ${found.version}; this program reads version ${FORMAT_VERSION}.`,
    );
  }
  return found;
}

export async function writeTopic(layout: LogLayout, { partitions, id }: Topic): Promise<void> {
  const content = { version: FORMAT_VERSION, topic: layout.topic, partitions, id };
  await replaceFile(layout.topicFile, `${JSON.stringify(content)}\n`);
}

function parseTopic(text: string): (Topic & { readonly version: number }) | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  if (!('version' in content) || typeof content.version !== 'number') return undefined;
  if (!('partitions' in content) || typeof content.partitions !== 'number') return undefined;
  const { version, partitions } = content;
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > MAX_PARTITIONS) return undefined;
  const id = 'id' in content && typeof content.id === 'string' ? content.id : undefined;
  return { version, partitions, id };
}
