/**
 * A row group ends with the row that makes it so long, or its messages so many bytes: a rule over records alone, so that two
 * consumers cut the same file alike.
 */
export const ROW_GROUP = { rows: 65_536, bytes: 8 * 1024 * 1024 } as const;
