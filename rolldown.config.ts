import type { RolldownOptions } from 'rolldown';

const services = ['services/producer', 'services/consumer'];

/**
 * One bundle for each service that gets an image: `services/<name>/dist/main.js`, and what is imported on demand in files
 * beside it. Two codecs stay outside, because they load binaries of their own; the Dockerfiles install them.
 */
export default services.map((service): RolldownOptions => ({
  input: `${service}/src/main.ts`,
  platform: 'node',
  external: ['lz4-napi', 'snappy'],
  transform: { target: 'node20' },
  output: { dir: `${service}/dist`, cleanDir: true, format: 'esm', sourcemap: true },
}));
