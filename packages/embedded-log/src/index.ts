export { createEmbeddedSource, type EmbeddedSourceOptions } from './embedded-source.ts';
export { EmbeddedLogError } from './errors.ts';
export { openLogWriter, type LogWriter } from './log-writer.ts';
