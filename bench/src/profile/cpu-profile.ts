import { z } from 'zod';

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

/** How time is grouped: by stage, or by library. */
export interface Grouping<Group extends string> {
  /** Of a source file, or of a bundle; `undefined`: its callers tell. */
  readonly ofFile: (file: string) => Group | undefined;
  /** Of what Node does itself, without having been called. `place`: its own file, or the name of the function. */
  readonly ofInternals: (place: string) => Group;
  readonly garbage: Group;
}

/**
 * The time of a profile by group, in milliseconds. A function's own time goes to the group of the file that it was written in.
 * What Node does itself (copying buffers, parsing JSON, writing files) goes to its caller: the nearest caller with
 * a group. Only collecting garbage, which has no caller, and what no such caller is known of stand for themselves.
 */
export function timeBy<Group extends string>(
  { nodes, samples, timeDeltas }: CpuProfile,
  findSource: FindSource,
  { ofFile, ofInternals, garbage }: Grouping<Group>,
): Map<Group, number> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const groups = new Map<number, Group | undefined>();
  const groupOf = (id: number): Group | undefined => {
    if (groups.has(id)) return groups.get(id);
    const frame = frames.get(id);
    const source = frame === undefined ? undefined : findSource(frame);
    const parent = parents.get(id);
    const group =
      (source === undefined ? undefined : ofFile(source)) ??
      (parent === undefined ? undefined : groupOf(parent));
    groups.set(id, group);
    return group;
  };

  const times = new Map<Group, number>();
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') return;
    const place = frame.url === '' ? frame.functionName : frame.url;
    const group =
      frame.functionName === '(garbage collector)' ? garbage : (groupOf(id) ?? ofInternals(place));
    times.set(group, (times.get(group) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  });
  return times;
}
