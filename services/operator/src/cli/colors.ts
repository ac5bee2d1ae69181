import { isatty } from 'node:tty';
import pc from 'picocolors';

const STDOUT = 1;

/**
 * Whether what is written is seen in colours: on a terminal, unless `NO_COLOR` is set. Elsewhere a script may read it.
 * picocolors alone would colour there, too, where `CI` is set.
 */
export const hasColors = isatty(STDOUT) && pc.isColorSupported;

export const colors = pc.createColors(hasColors);
