export { createEmbeddedSource, type EmbeddedSourceOptions } from './embedded-source.ts';
export { EmbeddedLogError, type EmbeddedLogErrorCode } from './errors.ts';
export type { LogRecord } from './log-record.ts';
export { openLogWriter, type AppendedRecord, type LogWriter, type LogWriterOptions } from './log-writer.ts';
