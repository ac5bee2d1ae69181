/**
 * A row group ends with the row that makes it so long, or its messages so many bytes: a rule over records alone, so that two
 * consumers cut the same file alike.
 */
export const ROW_GROUP = { rows: 32_768, bytes: 4 * 1024 * 1024 } as const;

/** The same in files that are merged from others: one is written at a time, so its row groups may be what readers like better. */
export const MERGED_ROW_GROUP = { rows: 65_536, bytes: 8 * 1024 * 1024 } as const;
