//! Enriched tickets as Parquet, with the columns, types and row groups that the consumer writes.

use std::sync::Arc;

use anyhow::Result;
use arrow_array::builder::StringBuilder;
use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Int8Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::durable_file::DurableFile;
use crate::ticket::{PRIORITIES, TEAMS, TYPES, Ticket};

const ROW_GROUP: usize = 65_536;

pub struct ParquetRows {
    writer: ArrowWriter<DurableFile>,
    schema: SchemaRef,
    partition: i32,
    columns: Columns,
}

#[derive(Default)]
struct Columns {
    ticket_id: StringBuilder,
    client_id: StringBuilder,
    created_at: Vec<i64>,
    request: StringBuilder,
    kind: Vec<i8>,
    priority: Vec<i8>,
    offset: Vec<i64>,
}

impl ParquetRows {
    pub fn new(file: DurableFile, partition: i32) -> Result<Self> {
        let schema = schema();
        let options = ArrowWriterOptions::new().with_properties(properties()).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(file, schema.clone(), options)?;
        Ok(Self { writer, schema, partition, columns: Columns::default() })
    }

    pub fn add(&mut self, ticket: &Ticket, offset: i64) -> Result<()> {
        let columns = &mut self.columns;
        columns.ticket_id.append_value(&ticket.ticket_id);
        columns.client_id.append_value(&ticket.client_id);
        columns.created_at.push(ticket.created_at);
        columns.request.append_value(&ticket.request);
        columns.kind.push(ticket.kind as i8);
        columns.priority.push(ticket.priority as i8);
        columns.offset.push(offset);
        if columns.offset.len() == ROW_GROUP { self.end_row_group() } else { Ok(()) }
    }

    /// The file, with its footer.
    pub fn finish(mut self) -> Result<DurableFile> {
        if !self.columns.offset.is_empty() {
            self.end_row_group()?;
        }
        Ok(self.writer.into_inner()?)
    }

    fn end_row_group(&mut self) -> Result<()> {
        let mut columns = std::mem::take(&mut self.columns);
        let rows = columns.offset.len();
        let kinds = Int8Array::from(columns.kind);
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(columns.ticket_id.finish()),
            Arc::new(columns.client_id.finish()),
            Arc::new(TimestampMicrosecondArray::from(columns.created_at).with_timezone("UTC")),
            Arc::new(columns.request.finish()),
            choices(kinds.clone(), &TYPES)?,
            choices(Int8Array::from(columns.priority), &PRIORITIES)?,
            choices(kinds, &TEAMS)?,
            Arc::new(Int32Array::from(vec![self.partition; rows])),
            Arc::new(Int64Array::from(columns.offset)),
        ];
        self.writer.write(&RecordBatch::try_new(self.schema.clone(), arrays)?)?;
        self.writer.flush()?;
        Ok(())
    }
}

fn choices(indexes: Int8Array, values: &[&'static str]) -> Result<ArrayRef> {
    let values = StringArray::from_iter_values(values);
    Ok(Arc::new(DictionaryArray::<Int8Type>::try_new(indexes, Arc::new(values))?))
}

fn schema() -> SchemaRef {
    let choice = || DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let columns = [
        ("ticket_id", DataType::Utf8),
        ("client_id", DataType::Utf8),
        ("created_at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
        ("request", DataType::Utf8),
        ("type", choice()),
        ("priority", choice()),
        ("support_team", choice()),
        ("kafka_partition", DataType::Int32),
        ("kafka_offset", DataType::Int64),
    ];
    let fields: Vec<_> = columns.into_iter().map(|(name, kind)| Field::new(name, kind, false)).collect();
    Arc::new(Schema::new(fields))
}

/// Snappy, and encodings as good as the consumer's: differences where numbers grow steadily, no dictionary for ids that come once.
fn properties() -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_column_dictionary_enabled("ticket_id".into(), false);
    for name in ["created_at", "kafka_offset"] {
        properties = properties
            .set_column_dictionary_enabled(name.into(), false)
            .set_column_encoding(name.into(), Encoding::DELTA_BINARY_PACKED);
    }
    properties.build()
}
