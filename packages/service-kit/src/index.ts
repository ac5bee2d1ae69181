export { addFlags, parseArguments, readCommandLine, type CommandLine, type Flag } from './command-line.ts';
export { createLogger, type LoggerOptions, type ServiceLogger } from './create-logger.ts';
export { describeError } from './describe-error.ts';
export { describeSettings, secretValues } from './describe-settings.ts';
export { EXIT_CODES, type ExitCode } from './exit-codes.ts';
export { checkSasl, groupSettings, kafkaConnection, kafkaSettings, topicSettings } from './kafka-settings.ts';
export { loadDotEnv } from './load-dot-env.ts';
export { LOG_LEVELS, logSettings } from './log-settings.ts';
export { LOSS_ADVICE } from './loss-advice.ts';
export { parseSize } from './parse-size.ts';
export { printable } from './printable.ts';
export { checkStart, querySettings, startingPoint } from './query-settings.ts';
export { readEnvironment } from './read-environment.ts';
export { readSettings, type Environment } from './read-settings.ts';
export { runMain } from './run-main.ts';
export { setting, type Setting } from './setting.ts';
export {
  address,
  boolean,
  brokers,
  choice,
  decimal,
  hostNames,
  httpOrigin,
  integer,
  parsedBy,
  password,
  text,
  token,
  topicName,
  type SettingType,
} from './setting-types.ts';
export { SettingsError } from './settings-error.ts';
export { settingsHelp } from './settings-help.ts';
export { checkS3Keys, s3Connection, storageSettings } from './storage-settings.ts';
