import { z } from 'zod';
import { stageOfFile, stageOfInternals, type Stage } from './stages.ts';

/** What Node writes with `--cpu-prof`; times are in microseconds. */
export const cpuProfileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string(),
        lineNumber: z.number(),
        columnNumber: z.number(),
      }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
export type CpuProfile = z.infer<typeof cpuProfileSchema>;
type CallFrame = CpuProfile['nodes'][number]['callFrame'];

/** In which source file a function of a bundle was written; `undefined`: not known. */
export type FindSource = (frame: CallFrame) => string | undefined;

/**
 * The time of a profile by stage, in milliseconds. A function's own time goes to the stage of the file that it was written in.
 * What Node does itself (copying buffers, parsing JSON, writing files) goes to its caller: the nearest caller with
 * a stage. Only collecting garbage, which has no caller, and what no such caller is known of stand for themselves.
 */
export function timeByStage(
  { nodes, samples, timeDeltas }: CpuProfile,
  findSource: FindSource,
): Map<Stage, number> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const stages = new Map<number, Stage | undefined>();
  const stageOf = (id: number): Stage | undefined => {
    if (stages.has(id)) return stages.get(id);
    const frame = frames.get(id);
    const source = frame === undefined ? undefined : findSource(frame);
    const parent = parents.get(id);
    const stage =
      (source === undefined ? undefined : stageOfFile(source)) ??
      (parent === undefined ? undefined : stageOf(parent));
    stages.set(id, stage);
    return stage;
  };

  const times = new Map<Stage, number>();
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') return;
    const place = frame.url === '' ? frame.functionName : frame.url;
    const stage =
      frame.functionName === '(garbage collector)'
        ? 'collect garbage'
        : (stageOf(id) ?? stageOfInternals(place));
    times.set(stage, (times.get(stage) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  });
  return times;
}
