/**
 * The reader of our output has ended, as `head -1` does when it has its line. What is written after that is dropped, and the
 * work goes on to its own end and its own exit code. Throws any other error.
 */
export function ignoreClosedPipe(error: Error): void {
  if (!('code' in error) || error.code !== 'EPIPE') throw error;
}
