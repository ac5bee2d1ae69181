// Opens the folder of its first argument, says so, and keeps it until it is told to stop. With a second argument it
// swaps that key until it is killed, one version after another, and says each version once it is written.
import { createRequire } from 'node:module';
import { openObjectStore } from '../src/index.ts';

const [folder = '', key] = process.argv.slice(2);
const say = (what: object): boolean => process.stdout.write(`${JSON.stringify(what)}\n`);

try {
  const store = await openObjectStore(folder);
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  say({ opened: true, awsSdk: loaded.some((path) => path.includes('@aws-sdk')) });
  process.on('SIGTERM', () => void store.close().then(() => process.exit()));
  process.stdin.resume().on('end', () => process.exit()); // goes when its parent does
  if (key !== undefined) {
    for (let version = 1; ; version++) {
      const found = await store.get(key);
      const body = Buffer.from(`${version}`);
      const metadata = { version: `${version}` };
      const put =
        found === undefined
          ? store.putIfAbsent(key, body, { metadata })
          : store.putIfMatch(key, body, found.etag, { metadata });
      say({ version: (await put) === undefined ? 'lost' : version });
    }
  }
} catch (error) {
  say({ refused: error instanceof Error ? error.message : String(error) });
  process.exit();
}
