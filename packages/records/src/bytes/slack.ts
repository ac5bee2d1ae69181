/** So many bytes behind what is looked at can be read without asking where the memory ends: the longest literal of a layout. */
export const SLACK = 136;
