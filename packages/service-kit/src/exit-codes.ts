/** How every service ends. A stop by SIGTERM or SIGINT that went as it should is `done`. */
export const EXIT_CODES = {
  done: { code: 0, meaning: 'Done, or stopped in order by SIGTERM or SIGINT' },
  failed: { code: 1, meaning: 'Failed, or could not reach a server' },
  settings: { code: 2, meaning: 'A setting or flag is wrong' },
  stopTimedOut: { code: 3, meaning: 'Was told to stop and did not get done in time' },
  interrupted: { code: 130, meaning: 'A second SIGINT: stopped at once' },
  terminated: { code: 143, meaning: 'A second SIGTERM: stopped at once' },
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]['code'];
