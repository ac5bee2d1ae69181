import type { RolldownOptions } from 'rolldown';

const services = ['services/producer', 'services/consumer', 'services/operator'];

/**
 * One bundle for each program that is in an image: `services/<name>/dist/main.js`, and what is imported on demand in files
 * beside it. The operator's commands are in the consumer's image. Two codecs stay outside, because they load binaries of
 * their own: here the root package depends on them, so that a bundle runs where it was built, and the Dockerfiles install them.
 */
export default services.map((service): RolldownOptions => ({
  input: `${service}/src/main.ts`,
  platform: 'node',
  external: ['lz4-napi', 'snappy'],
  transform: { target: 'node20' },
  output: { dir: `${service}/dist`, cleanDir: true, format: 'esm', sourcemap: true },
}));
