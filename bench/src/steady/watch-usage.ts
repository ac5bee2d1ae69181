import { requestCountsSchema, subtractCounts, type RequestCounts } from '../request-counts.ts';
import type { MeasuredService } from '../measured-service.ts';
import { z } from 'zod';

export const steadyRowSchema = z.object({
  /** Whose figures these are. */
  who: z.string(),
  /** While what went on. */
  load: z.string(),
  minutes: z.number(),
  /** Of one core, 0 to 1 for each. */
  cores: z.number(),
  residentBytes: z.number(),
  peakBytes: z.number(),
  /** Of a consumer whose settings were varied: its trigger, and after how long a result file is finished. */
  settings: z.object({ trigger: z.string(), rollover: z.string() }).optional(),
  /** In these minutes, by kind; without it: makes none, or not counted. */
  requests: requestCountsSchema.optional(),
});
export type SteadyRow = z.infer<typeof steadyRowSchema>;

const LOOK_MS = 1_000;

/** Watches processes for some minutes. Rejects when one of them ends. */
export async function watchUsage(options: {
  readonly watched: readonly {
    readonly who: string;
    readonly process: MeasuredService;
    readonly requests?: () => RequestCounts;
  }[];
  readonly load: string;
  readonly minutes: number;
  readonly onSecond: (seconds: number) => void;
}): Promise<readonly SteadyRow[]> {
  const { watched, load, minutes, onSecond } = options;
  const startedAt = performance.now();
  const before = watched.map(({ process, requests }) => ({
    cpuSeconds: process.usage().cpuSeconds,
    requests: requests?.(),
  }));
  const resident = watched.map((): number[] => []);
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  const failed = Promise.race(
    watched.map(async ({ who, process }) => {
      const code = await process.ended;
      throw new Error(
        `${who} ended with ${String(code)} while it was watched:\n${(await process.readLog()).slice(-1_000)}`,
      );
    }),
  );
  failed.catch(() => undefined); // comes back through the race below
  while (seconds() < minutes * 60) {
    watched.forEach(({ process }, index) => resident[index]?.push(process.usage().residentBytes));
    onSecond(seconds());
    await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
  }
  const watchedMinutes = seconds() / 60;
  return watched.map(({ who, process, requests }, index) => {
    const bytes = resident[index] ?? [];
    const earlier = before[index];
    const counts = requests === undefined ? undefined : subtractCounts(requests(), earlier?.requests ?? {});
    return {
      who,
      load,
      minutes: watchedMinutes,
      cores: (process.usage().cpuSeconds - (earlier?.cpuSeconds ?? 0)) / (watchedMinutes * 60),
      residentBytes: bytes.reduce((sum, each) => sum + each, 0) / Math.max(1, bytes.length),
      peakBytes: Math.max(0, ...bytes),
      ...(counts === undefined ? {} : { requests: counts }),
    };
  });
}
