import { sessionProcesses } from './process-tree.ts';

const guarded = new Set<number>();
let installed = false;

/**
 * What is started in a session of its own does not get Ctrl+C: what ends the benchmark ends it too. Returns how to let
 * go of it.
 */
export function guardSession(session: number): () => void {
  install();
  guarded.add(session);
  return () => guarded.delete(session);
}

export function killSession(session: number): void {
  for (const pid of sessionProcesses(session)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  }
}

function install(): void {
  if (installed) return;
  installed = true;
  process.on('exit', () => guarded.forEach(killSession));
  process.on('SIGINT', () => process.exit(130));
  process.on('SIGTERM', () => process.exit(143));
}
