import {
  LIVE_EVENT_NAMES,
  liveEventSchemas,
  type LiveEventName,
  type LiveEvents,
} from '../../../src/api/index.ts';
import { api } from './api-client.ts';
import { addPoint, joinHistory, NOTHING_CHARTED, type Charted } from './charted.ts';

/**
 * - `lost`: what is shown is from `since` and may be old.
 * - `outdated`: the consumer says things that this page does not know; it was updated since the page was loaded.
 */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'outdated' }
  | { readonly kind: 'lost'; readonly since: number };

export interface LiveState {
  readonly connection: Connection;
  readonly events: Partial<LiveEvents>;
  readonly charted: Charted;
}

const RETRY_MS = 3_000;

/**
 * The page's one connection to the consumer. Each event replaces what the one before of its name said. It is closed while
 * the page is hidden, so that the consumer has nothing to read for it.
 */
export class LiveSource {
  #state: LiveState = { connection: { kind: 'connecting' }, events: {}, charted: NOTHING_CHARTED };
  #stream: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  get state(): LiveState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    document.addEventListener('visibilitychange', () => this.#open());
    this.#open();
  }

  #open(): void {
    this.#close();
    if (document.visibilityState === 'hidden') return;
    const stream = new EventSource('/api/v1/events');
    this.#stream = stream;
    stream.addEventListener('open', () => {
      this.#set({ connection: { kind: 'live' } });
      void this.#loadHistory();
    });
    stream.addEventListener('error', () => {
      const { connection } = this.#state;
      if (connection.kind !== 'lost') this.#set({ connection: { kind: 'lost', since: Date.now() } });
      // The browser tries again by itself unless it was given an answer other than a stream.
      if (stream.readyState === EventSource.CLOSED) this.#retry = setTimeout(() => this.#open(), RETRY_MS);
    });
    for (const name of LIVE_EVENT_NAMES) {
      stream.addEventListener(name, (event: MessageEvent<string>) => this.#receive(name, event.data));
    }
  }

  #close(): void {
    clearTimeout(this.#retry);
    this.#stream?.close();
    this.#stream = undefined;
  }

  #receive(name: LiveEventName, data: string): void {
    const event = liveEventSchemas[name].safeParse(JSON.parse(data));
    if (!event.success) {
      this.#close();
      this.#set({ connection: { kind: 'outdated' } });
      return;
    }
    const events: Partial<LiveEvents> = { ...this.#state.events, [name]: event.data };
    const point = name === 'figures' ? events.figures?.point : undefined;
    const charted = point === undefined ? this.#state.charted : addPoint(this.#state.charted, point);
    this.#set({ events, charted });
  }

  async #loadHistory(): Promise<void> {
    try {
      const remembered = await api.history();
      this.#set({ charted: joinHistory(this.#state.charted, remembered) });
    } catch {
      // The stream says whether the consumer is there; charts then begin with what it brings.
    }
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
