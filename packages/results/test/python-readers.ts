import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHED = join(import.meta.dirname, '../../../node_modules/.cache/result-readers');
const CACHED_PYTHON = join(CACHED, 'bin/python');
const PACKAGES = ['pyarrow==26.0.1', 'duckdb==2.0.0', 'deltalake==1.6.6'];

export type PythonReaders = { readonly python: string } | { readonly missing: string };

/**
 * A Python that has pyarrow, DuckDB and delta-rs: the one on the PATH, or one of our own. With `CI` set ours is made, once; it takes
 * 15 seconds and 350 MB, too much for a first `pnpm test`.
 */
export async function findPythonReaders(): Promise<PythonReaders> {
  for (const python of ['python3', CACHED_PYTHON]) if (await hasReaders(python)) return { python };
  if (process.env['CI'] === undefined) {
    return {
      missing: 'no python3 here has pyarrow, duckdb and deltalake (run once with CI=true to have one made)',
    };
  }
  try {
    await run('python3', ['-m', 'venv', '--clear', CACHED]);
    await run(CACHED_PYTHON, ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
    return { python: CACHED_PYTHON };
  } catch (error) {
    return { missing: `no Python with ${PACKAGES.join(' and ')} could be made: ${String(error)}` };
  }
}

async function hasReaders(python: string): Promise<boolean> {
  const find = 'import importlib.util as i; assert all(map(i.find_spec, ("pyarrow", "duckdb", "deltalake")))';
  return run(python, ['-c', find]).then(
    () => true,
    () => false,
  );
}
