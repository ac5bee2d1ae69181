import type { RolldownOptions } from 'rolldown';

const services = ['services/producer', 'services/consumer', 'services/operator'];

/**
 * One bundle for each program that is in an image: `services/<name>/dist/main.js`, and what is imported on demand in files
 * beside it. The operator's commands are in the consumer's image. Two codecs stay outside, because they load binaries of
 * their own: here the root package depends on them, so that a bundle runs where it was built, and the Dockerfiles install them.
 *
 * Node keeps the text of a bundle in memory for as long as it runs, and takes two bytes for each character of it once there is one
 * beyond Latin-1. So such characters are escaped, and comments are left out: 7 MB less. Names and lines stay, for stack traces.
 */
export default services.map((service): RolldownOptions => ({
  input: `${service}/src/main.ts`,
  platform: 'node',
  external: ['lz4-napi', 'snappy'],
  transform: { target: 'node20' },
  output: {
    dir: `${service}/dist`,
    cleanDir: true,
    format: 'esm',
    sourcemap: true,
    comments: { legal: true, annotation: false, jsdoc: false },
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
  },
}));
