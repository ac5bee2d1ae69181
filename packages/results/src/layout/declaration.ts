/** What a field of a record may hold. */
export type DeclaredField = { readonly nullable: boolean } & (
  | { readonly kind: 'oneOf'; readonly values: readonly string[] }
  | { readonly kind: 'text' | 'timestamp' | 'integer' | 'number' | 'boolean' }
);

/** A column that follows from a `oneOf` field: `values[i]` is for the `i`th value of `from`. */
export interface DeclaredColumn {
  readonly name: string;
  readonly from: string;
  readonly values: readonly string[];
}

/** One of the files that show the counts: `{"type":"ACCOUNT","ticket_count":52}`, one line a value, by name. */
export interface DeclaredCounts {
  /** Of its folder: `ticket_counts`. */
  readonly name: string;
  /** What it counts by: `type`. */
  readonly column: string;
  /** `ticket_count` */
  readonly countColumn: string;
  readonly values: readonly string[];
}

/** All that readers have to know of a query. Whatever declares a query has this shape. */
export interface Declaration {
  /** Of the folder of result files: `tickets`. */
  readonly table: string;
  readonly record: {
    readonly name: string;
    readonly fields: Readonly<Record<string, DeclaredField>>;
  };
  readonly derived: readonly DeclaredColumn[];
  readonly countsFiles: readonly DeclaredCounts[];
}

/** How many rows there are of each value, by the names of the files that show them. */
export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;
