import type { Clock, ObjectStore } from '@client-tickets/micro-batch';
import type { Field, Query } from '@client-tickets/records';

/** The Delta Lake table of a query's results, for those who work on it. */
export interface QueryTable {
  readonly query: Query;
  /** Whether rows have the column of fields that are not declared. */
  readonly hasExtra: boolean;
  readonly topic: string;
  readonly results: ObjectStore;
  readonly clock: Clock;
}

type DeltaType = 'string' | 'timestamp' | 'long' | 'integer' | 'double' | 'boolean';

export interface TableColumn {
  readonly name: string;
  readonly type: DeltaType;
  readonly nullable: boolean;
}

const TYPES: Readonly<Record<Field['kind'], DeltaType>> = {
  text: 'string',
  oneOf: 'string',
  timestamp: 'timestamp',
  integer: 'long',
  number: 'double',
  boolean: 'boolean',
};

/** The columns of a query's Parquet files, in their order, in Delta's types. */
export function tableColumns({ record, derived }: Query, hasExtra: boolean): readonly TableColumn[] {
  const isNullable = (field: string): boolean => record.fields[field]?.nullable ?? false;
  return [
    ...Object.entries(record.fields).map(([name, { kind, nullable }]) => {
      return { name, type: TYPES[kind], nullable };
    }),
    ...(hasExtra ? [{ name: 'extra', type: 'string', nullable: true } as const] : []),
    ...derived.map(({ name, from }) => {
      return { name, type: 'string', nullable: isNullable(from) } as const;
    }),
    { name: 'kafka_partition', type: 'integer', nullable: false },
    { name: 'kafka_offset', type: 'long', nullable: false },
  ];
}

/** As `metaData` has it. */
export function schemaString(columns: readonly TableColumn[]): string {
  return JSON.stringify({ type: 'struct', fields: columns.map((column) => ({ ...column, metadata: {} })) });
}
