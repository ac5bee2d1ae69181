import {
  describeUnread,
  queryKey,
  type Clock,
  type ObjectStore,
  type QueryStatus,
  type Trigger,
} from '@client-tickets/micro-batch';
import { createPolled } from '../stores/polled.ts';

export interface ReadinessCheck {
  readonly name: 'assigned' | 'checkpoint' | 'trigger' | 'others';
  readonly ok: boolean;
  readonly detail: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly ReadinessCheck[];
}

const SHORTEST_DEADLINE_MS = 30_000;
const TRIGGERS_IN_DEADLINE = 5;
const STORE_EVERY_MS = 10_000;
const STORE_PATIENCE_MS = 2_000;

/**
 * Ready: the group has given this consumer its share, the checkpoint can be read, the last trigger went through not longer ago
 * than five intervals (30 s at least), and in no partition of others have records waited for a minute without being read: the
 * query as a whole stands there, whatever this consumer does. The store is asked at most every ten seconds.
 */
export function createReadiness(options: {
  readonly clock: Clock;
  readonly topic: string;
  readonly checkpoints: ObjectStore;
  readonly trigger: Trigger;
  readonly status: () => QueryStatus | undefined;
  readonly announcement: () => string;
}): () => Promise<Readiness> {
  const { clock, topic, checkpoints, trigger, status, announcement } = options;
  const everyMs = trigger.kind === 'interval' ? trigger.everyMs : 0;
  const deadlineMs = Math.max(SHORTEST_DEADLINE_MS, TRIGGERS_IN_DEADLINE * everyMs);
  const store = createPolled({
    clock,
    everyMs: STORE_EVERY_MS,
    read: async () => {
      await checkpoints.get(queryKey(topic));
      return 'reachable';
    },
  });

  async function checkStore(): Promise<ReadinessCheck> {
    const answered = new AbortController();
    await Promise.race([
      store.refresh().finally(() => answered.abort()),
      clock.sleep(STORE_PATIENCE_MS, answered.signal),
    ]);
    const isSlow = !answered.signal.aborted;
    const detail = isSlow
      ? `${checkpoints.location} has not answered within ${STORE_PATIENCE_MS / 1000} s`
      : (store.problem ?? `${checkpoints.location} answers`);
    return { name: 'checkpoint', ok: !isSlow && store.problem === undefined, detail };
  }

  function checkTrigger(now: QueryStatus | undefined): ReadinessCheck {
    const name = 'trigger';
    if (now === undefined) return { name, ok: false, detail: announcement() };
    const { state, message, lastTriggerAt } = now;
    if (state === 'paused' || state === 'failed' || state === 'stopping' || state === 'stopped')
      return { name, ok: false, detail: `${state}: ${message}` };
    if (lastTriggerAt === undefined)
      return { name, ok: false, detail: `no trigger yet; ${state}: ${message}` };
    const ageMs = clock.now() - lastTriggerAt;
    const detail = `the last one went through ${Math.round(ageMs / 1000)} s ago, allowed are ${deadlineMs / 1000} s`;
    return { name, ok: ageMs <= deadlineMs, detail: ageMs <= deadlineMs ? detail : `${detail}; ${message}` };
  }

  function checkOthers(now: QueryStatus | undefined): ReadinessCheck {
    const unread = now?.unread ?? [];
    const detail =
      unread.length === 0
        ? 'no partition of others is known to stand still'
        : `records wait and nothing is read: ${unread.map(describeUnread).join(', ')}`;
    return { name: 'others', ok: unread.length === 0, detail };
  }

  return async () => {
    const checkpoint = await checkStore();
    const now = status();
    const assigned: ReadinessCheck = {
      name: 'assigned',
      ok: now?.assigned ?? false,
      detail:
        now?.assigned === true
          ? `partitions: ${now.partitions.map(({ partition }) => partition).join(', ') || 'none'}`
          : `the group has not assigned partitions yet; ${now?.message ?? announcement()}`,
    };
    const checks = [assigned, checkpoint, checkTrigger(now), checkOthers(now)];
    return { ready: checks.every(({ ok }) => ok), checks };
  };
}
