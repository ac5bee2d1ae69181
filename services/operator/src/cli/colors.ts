import pc from 'picocolors';

/** Whether what is written is seen in colours: on a terminal, unless `NO_COLOR` is set. Elsewhere a script may read it. */
export const hasColors = process.stdout.isTTY && pc.isColorSupported;

export const colors = pc.createColors(hasColors);
