import type { Clock } from '../ports/clock.ts';
import { ObjectStoreError, type ObjectStore } from '../ports/object-store.ts';
import type { Source } from '../ports/source.ts';
import { interceptStore } from './intercepted-store.ts';
import type { ManualClock } from './manual-clock.ts';
import type { Random } from './random.ts';

interface Step {
  readonly host: SimulatedHost | undefined;
  readonly run: () => void;
}

/** Everything that could happen next in a simulation; one thing at a time does, chosen by chance. */
export class Simulation {
  readonly random: Random;
  readonly clock: ManualClock;
  #steps: Step[] = [];

  constructor(random: Random, clock: ManualClock) {
    this.random = random;
    this.clock = clock;
  }

  add(host: SimulatedHost | undefined, run: () => void): void {
    this.#steps.push({ host, run });
  }

  /** Lets one thing happen; when nothing can, time moves on. */
  async step(): Promise<void> {
    await new Promise(setImmediate); // whatever the step before made ready runs first
    const possible = this.#steps.filter(({ host }) => host?.state !== 'frozen');
    const chosen = this.random.pick(possible);
    if (chosen === undefined) {
      this.clock.advanceToNext();
      return;
    }
    this.#steps.splice(this.#steps.indexOf(chosen), 1);
    if (chosen.host?.state !== 'crashed') chosen.run();
  }
}

/** How often, of 1, each fault comes with a request to a store or a source. */
export interface FaultRates {
  readonly crash: number;
  /** An error comes back: nothing was written, it was written, or it will be written later. */
  readonly error: number;
}

/** One consumer's machine: what runs on it waits for its turn, and never runs again after a crash. */
export class SimulatedHost {
  state: 'running' | 'frozen' | 'crashed' = 'running';
  rates: FaultRates;
  readonly #simulation: Simulation;

  constructor(simulation: Simulation, rates: FaultRates) {
    this.#simulation = simulation;
    this.rates = rates;
  }

  readonly schedule = (work: () => void): void => this.#simulation.add(this, work);

  /** The shared clock as this host sees it. */
  clock(): Clock {
    const { clock } = this.#simulation;
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: (ms, signal) => clock.sleep(ms, signal).then(() => new Promise((wake) => this.schedule(wake))),
    };
  }

  /** The store as it is reached from this host: each request takes its turn and may fail. */
  connect(store: ObjectStore): ObjectStore {
    return interceptStore(store, (_request, send) => this.#request(send));
  }

  /** The log's offsets and partitions as they are asked for from this host. */
  connectSource(source: Source): Source {
    return {
      ...source,
      listPartitions: () => this.#request(() => source.listPartitions()),
      fetchOffsets: (partitions) => this.#request(() => source.fetchOffsets(partitions)),
    };
  }

  #request<T>(send: () => Promise<T>): Promise<T> {
    const { random } = this.#simulation;
    return new Promise((resolve, reject) => {
      const fail = (what: string): void => reject(new ObjectStoreError('unavailable', `injected: ${what}`));
      const sendUnheard = (): void => void send().catch(() => undefined); // its answer is lost
      const later = (): void => this.#simulation.add(undefined, sendUnheard);
      this.schedule(() => {
        const { crash, error } = this.rates;
        const dice = random.next();
        if (dice < crash / 2) {
          this.state = 'crashed'; // before the request was sent
        } else if (dice < crash) {
          sendUnheard();
          this.state = 'crashed'; // before the answer came
        } else if (dice < crash + error / 3) {
          fail('nothing was done');
        } else if (dice < crash + (2 * error) / 3) {
          sendUnheard();
          fail('done, but the answer was lost');
        } else if (dice < crash + error) {
          later();
          fail('timed out, and done later');
        } else {
          send().then((value) => this.schedule(() => resolve(value)), reject);
        }
      });
    });
  }
}
