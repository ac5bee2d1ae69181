import { LIVE_EVENT_NAMES, type LiveEventName, type LiveEvents } from '../api/index.ts';

/**
 * The event stream of any number of readers.
 *
 * There are no queues. For each event name the latest text is kept, once, with a version; a stream is asked for bytes only
 * when its socket can take some (`pull` with a high-water mark of 0), and then gets what has changed since its last ones.
 * So a slow reader skips to the latest, one that never reads costs what the operating system buffers, and publishing
 * costs nothing per reader. Keeping a list of texts for each reader would break all of this.
 */
export interface LiveFeed {
  /** What has changed is sent to everyone. */
  publish(events: Partial<LiveEvents>): void;
  /** A new reader's stream of `text/event-stream`; `undefined` when there are too many. */
  open(): ReadableStream<Uint8Array> | undefined;
  readonly readers: number;
  /** Comment lines that keep proxies from closing a quiet stream. */
  beat(): void;
  /** Sends what has not been sent, then ends all streams. Those that do not read are left to the server. */
  close(): void;
}

interface Kept {
  readonly text: string;
  readonly version: number;
}

const encoder = new TextEncoder();
const RECONNECT_MS = 2_000;

export function createLiveFeed(options: {
  readonly maxReaders: number;
  /** The first reader has come, or the last one has gone. */
  readonly onReaders: (readers: number) => void;
}): LiveFeed {
  const kept = new Map<LiveEventName | 'beat', Kept>();
  let version = 0;
  let readers = 0;
  let isClosed = false;
  let news = createSignal();
  /** Readers that are in step get the very same bytes. */
  let chunks = new Map<number, Uint8Array>();

  function announce(): void {
    chunks = new Map();
    const waiting = news;
    news = createSignal();
    waiting.send();
  }

  function chunkSince(seen: number): Uint8Array {
    const known = chunks.get(seen);
    if (known !== undefined) return known;
    const fresh = [...kept.values()].filter((each) => each.version > seen).map(({ text }) => text);
    const chunk = encoder.encode((seen === 0 ? [`retry: ${RECONNECT_MS}\n\n`, ...fresh] : fresh).join(''));
    chunks.set(seen, chunk);
    return chunk;
  }

  function leave(): void {
    readers -= 1;
    if (readers === 0) kept.clear(); // the next reader must not begin with old news
    options.onReaders(readers);
  }

  return {
    get readers() {
      return readers;
    },
    publish(events) {
      let changed = false;
      for (const name of LIVE_EVENT_NAMES) {
        const data = events[name];
        if (data === undefined) continue;
        const text = `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
        if (kept.get(name)?.text === text) continue;
        if (!changed) version += 1;
        changed = true;
        kept.set(name, { text, version });
      }
      if (changed) announce();
    },
    beat() {
      version += 1;
      kept.set('beat', { text: ': still here\n\n', version });
      announce();
    },
    open() {
      if (isClosed || readers >= options.maxReaders) return undefined;
      readers += 1;
      options.onReaders(readers);
      let seen = 0;
      const reader = { isOpen: true };
      const end = (): void => {
        if (reader.isOpen) leave();
        reader.isOpen = false;
      };
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            while (reader.isOpen) {
              const latest = version;
              const hasNews = [...kept.values()].some((each) => each.version > seen);
              if (hasNews) {
                controller.enqueue(chunkSince(seen));
                seen = latest;
                return;
              }
              if (isClosed) {
                end();
                controller.close();
                return;
              }
              await news.sent;
            }
          },
          cancel: end,
        },
        { highWaterMark: 0 },
      );
    },
    close() {
      isClosed = true;
      announce();
    },
  };
}

interface Signal {
  readonly sent: Promise<void>;
  send(): void;
}

function createSignal(): Signal {
  let send = (): void => {};
  const sent = new Promise<void>((resolve) => {
    send = resolve;
  });
  return { sent, send };
}
