import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache');
const MAKE = join(import.meta.dirname, '../../../tools/python/make_environment.py');
const PACKAGES = ['pyarrow==26.0.1', 'duckdb==2.0.0', 'deltalake==1.6.6', 'pandas==3.1.1', 'polars==2.1.0'];
/** The extension is for this version of DuckDB alone, so the two have an environment of their own. */
const DUCKDB_DELTA = ['duckdb==1.5.5', 'duckdb-extension-delta==1.5.5'];

export type PythonReaders = { readonly python: string } | { readonly missing: string };
/** What runs a reader of Delta Lake tables, and what it must know. */
export type TableReader =
  | { readonly python: string; readonly environment: Readonly<Record<string, string>> }
  | { readonly missing: string };

/** A Python that has pyarrow, DuckDB, delta-rs, pandas and Polars: the one on the PATH, or one of our own. */
export async function findPythonReaders(): Promise<PythonReaders> {
  if (await hasReaders('python3')) return { python: 'python3' };
  return findOwn('result-readers', PACKAGES);
}

async function hasReaders(python: string): Promise<boolean> {
  const find =
    'import importlib.util as i; assert all(map(i.find_spec, ("pyarrow", "duckdb", "deltalake", "pandas", "polars")))';
  return run(python, ['-c', find]).then(
    () => true,
    () => false,
  );
}

/** With `CI` set it is made, once; that takes 15 seconds and some hundred megabytes, too much for a first `pnpm test`. */
async function findOwn(name: string, packages: readonly string[]): Promise<PythonReaders> {
  const folder = join(CACHE, name);
  const python = join(folder, 'bin/python');
  if (process.env['CI'] === undefined) {
    if (existsSync(join(folder, 'packages.txt'))) return { python };
    return { missing: `no Python here has ${packages.join(', ')} (run once with CI=true to have one made)` };
  }
  try {
    await run('python3', [MAKE, folder, ...packages]);
    return { python };
  } catch (error) {
    return { missing: `no Python with ${packages.join(', ')} could be made: ${String(error)}` };
  }
}

export async function findDeltaRs(): Promise<TableReader> {
  return withoutMore(await findPythonReaders());
}

/** DuckDB with its extension for Delta Lake. */
export async function findDuckdbDelta(): Promise<TableReader> {
  return withoutMore(await findOwn('duckdb-delta', DUCKDB_DELTA));
}

const withoutMore = (found: PythonReaders): TableReader =>
  'missing' in found ? found : { ...found, environment: {} };

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
