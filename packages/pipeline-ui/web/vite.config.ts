import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { hashPageSources, SOURCES_HASH_FILE } from '../src/http/page-sources.ts';

const webFolder = import.meta.dirname;

/** Compresses once what is served many times, and notes what the page was built from. */
function finishBuild(): Plugin {
  let folder = '';
  return {
    name: 'finish-build',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    async closeBundle() {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !['.js', '.css', '.html', '.svg'].includes(extname(entry.name))) continue;
        const file = join(entry.parentPath, entry.name);
        const body = await readFile(file);
        await writeFile(`${file}.br`, brotliCompressSync(body));
        await writeFile(`${file}.gz`, gzipSync(body, { level: 9 }));
      }
      await writeFile(join(folder, SOURCES_HASH_FILE), (await hashPageSources(webFolder)) ?? '');
    },
  };
}

/** `/api` goes to a running consumer when the page is served by `vite web`, for work on the page itself. */
const consumer = process.env['CONSUMER_URL'] ?? 'http://127.0.0.1:8090';

export default defineConfig({
  root: webFolder,
  plugins: [finishBuild()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false }, // which would be an inline script
    assetsInlineLimit: 0, // no data: addresses
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': consumer } },
});
