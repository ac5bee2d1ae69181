/**
 * How soon the stores are asked again for what this consumer does not know by itself, in milliseconds, while a page is open.
 *
 * What other consumers do is looked at this often while they have something to do. With the other steps on the way to the page it is
 * seen within ten seconds.
 */
export const OTHERS_EVERY_MS = 8_000;

/** What nothing points to: what a command of the operator's has changed, or hours that an idle partition has closed. */
export const QUIET_EVERY_MS = 60_000;
