import type { SchemaElement } from 'hyparquet';

type Elements = readonly SchemaElement[];

const scalar =
  (type: NonNullable<SchemaElement['type']>) =>
  (name: string): Elements => [{ name, type, repetition_type: 'OPTIONAL' }];
const long = scalar('INT64');
const integer = scalar('INT32');
const flag = scalar('BOOLEAN');

const textElement = (name: string, repetition: 'OPTIONAL' | 'REQUIRED'): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: repetition,
});
const text = (name: string): Elements => [textElement(name, 'OPTIONAL')];

function struct(name: string, ...fields: readonly Elements[]): Elements {
  return [{ name, repetition_type: 'OPTIONAL', num_children: fields.length }, ...fields.flat()];
}

/** Of text to text. */
function map(name: string): Elements {
  return [
    {
      name,
      converted_type: 'MAP',
      logical_type: { type: 'MAP' },
      repetition_type: 'OPTIONAL',
      num_children: 1,
    },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    textElement('key', 'REQUIRED'),
    textElement('value', 'OPTIONAL'),
  ];
}

/** Of texts. */
function list(name: string): Elements {
  return [
    {
      name,
      converted_type: 'LIST',
      logical_type: { type: 'LIST' },
      repetition_type: 'OPTIONAL',
      num_children: 1,
    },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    textElement('element', 'OPTIONAL'),
  ];
}

/** The columns of a checkpoint (Delta's protocol, "Checkpoint Schema"): of each row one is filled. */
export const CHECKPOINT_COLUMNS = ['protocol', 'metaData', 'txn', 'remove', 'add'] as const;

const COLUMNS: Readonly<Record<(typeof CHECKPOINT_COLUMNS)[number], Elements>> = {
  protocol: struct('protocol', integer('minReaderVersion'), integer('minWriterVersion')),
  metaData: struct(
    'metaData',
    text('id'),
    text('name'),
    text('description'),
    struct('format', text('provider'), map('options')),
    text('schemaString'),
    list('partitionColumns'),
    map('configuration'),
    long('createdTime'),
  ),
  txn: struct('txn', text('appId'), long('version'), long('lastUpdated')),
  remove: struct(
    'remove',
    text('path'),
    long('deletionTimestamp'),
    flag('dataChange'),
    flag('extendedFileMetadata'),
    map('partitionValues'),
    long('size'),
  ),
  add: struct(
    'add',
    text('path'),
    map('partitionValues'),
    long('size'),
    long('modificationTime'),
    flag('dataChange'),
    text('stats'),
    map('tags'),
  ),
};

export const CHECKPOINT_SCHEMA: Elements = [
  { name: 'checkpoint', num_children: CHECKPOINT_COLUMNS.length },
  ...CHECKPOINT_COLUMNS.flatMap((name) => COLUMNS[name]),
];
