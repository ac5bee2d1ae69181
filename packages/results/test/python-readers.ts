import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache');
const CACHED = join(CACHE, 'result-readers');
const CACHED_PYTHON = join(CACHED, 'bin/python');
const PACKAGES = ['pyarrow==26.0.1', 'duckdb==2.0.0', 'deltalake==1.6.6', 'pandas==3.1.1', 'polars==2.1.0'];

export type Missing = { readonly missing: string };
export type PythonReaders = { readonly python: string } | Missing;
/** What runs a reader of Delta Lake tables, and what it must know. */
export type TableReader =
  { readonly python: string; readonly environment: Readonly<Record<string, string>> } | Missing;

/**
 * A Python that has pyarrow, DuckDB, delta-rs, pandas and Polars: the one on the PATH, or one of our own. With `CI` set ours is made, once; it takes
 * 15 seconds and 350 MB, too much for a first `pnpm test`.
 */
export async function findPythonReaders(): Promise<PythonReaders> {
  for (const python of ['python3', CACHED_PYTHON]) if (await hasReaders(python)) return { python };
  if (process.env['CI'] === undefined) {
    return {
      missing:
        'no python3 here has pyarrow, DuckDB, deltalake, pandas and Polars (run once with CI=true to have one made)',
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
  const find =
    'import importlib.util as i; assert all(map(i.find_spec, ("pyarrow", "duckdb", "deltalake", "pandas", "polars")))';
  return run(python, ['-c', find]).then(
    () => true,
    () => false,
  );
}

export async function findDeltaRs(): Promise<TableReader> {
  const found = await findPythonReaders();
  return 'missing' in found ? found : { ...found, environment: {} };
}

/** The extension is for this version of DuckDB alone, so the two lie apart from what reads files. */
const DUCKDB = '1.5.5';
const DUCKDB_FOLDER = join(CACHE, `duckdb-delta-${DUCKDB}`);
const DUCKDB_DELTA = join(
  DUCKDB_FOLDER,
  `duckdb_extension_delta/extensions/v${DUCKDB}/delta.duckdb_extension`,
);

/** DuckDB with its extension for Delta Lake; with `CI` set both are installed, once: a few seconds and 140 MB. */
export async function findDuckdbDelta(): Promise<TableReader> {
  if (!existsSync(DUCKDB_DELTA)) {
    if (process.env['CI'] === undefined)
      return { missing: 'DuckDB has no extension for Delta Lake here (run once with CI=true to have it)' };
    const packages = [`duckdb==${DUCKDB}`, `duckdb-extension-delta==${DUCKDB}`];
    try {
      await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', DUCKDB_FOLDER, ...packages]);
    } catch (error) {
      return { missing: `${packages.join(' and ')} could not be installed: ${String(error)}` };
    }
  }
  return { python: 'python3', environment: { PYTHONPATH: DUCKDB_FOLDER, DUCKDB_DELTA } };
}

/** PySpark with delta-spark, where it is asked for and `bench/peers/set-up pyspark pyspark-delta` has been run. */
export async function findSparkDelta(): Promise<TableReader> {
  const home = process.env['BENCH_HOME'] ?? join(homedir(), '.cache/client-tickets-bench');
  const isReady = ['pyspark.ready', 'pyspark-delta.ready'].every((name) => existsSync(join(home, name)));
  if (process.env['E2E_SPARK'] !== '1' || !isReady) {
    return {
      missing:
        'Spark is not asked for (E2E_SPARK=1), or bench/peers/set-up pyspark pyspark-delta was not run',
    };
  }
  const environment = { SPARK_JARS: join(home, 'pyspark-delta-jars') };
  return Promise.resolve({ python: join(home, 'pyspark/bin/python'), environment });
}
