//! One partition, from its records to its files.

use std::path::Path;

use anyhow::Result;

use crate::counts::Counts;
use crate::dead_letter;
use crate::durable_file::DurableFile;
use crate::json_line;
use crate::line_file::LineFile;
use crate::parquet_rows::ParquetRows;
use crate::ticket;
use crate::topic::{PartitionReader, Range};

pub struct PartitionResult {
    pub range: Range,
    pub counts: Counts,
}

/// Writes the tickets of a partition in both formats, and dead letters where there are any. `results`: where each kind has its folder.
pub fn run(topic: &str, reader: PartitionReader, results: &Path) -> Result<PartitionResult> {
    let range @ Range { partition, start, end } = reader.range;
    let mut counts = Counts::default();
    if start == end {
        return Ok(PartitionResult { range, counts });
    }
    let stem = format!("{start:020}-{:020}", end - 1);
    let names = [format!("{stem}.parquet"), format!("{stem}.json")];
    let open = |kind: &str, name: &str| {
        DurableFile::create(&results.join(kind).join(format!("partition={partition}")), name)
    };
    let [parquet_name, json_name] = &names;
    let mut rows = ParquetRows::new(open("tickets", parquet_name)?, partition)?;
    let mut lines = LineFile::new(open("tickets_json", json_name)?);
    let mut dead_letters: Option<LineFile> = None;

    reader.read_all(|record| match ticket::parse(record.value) {
        Ok(ticket) => {
            counts.add(&ticket);
            rows.add(&ticket, record.offset)?;
            lines.add(|out| json_line::write(out, &ticket, partition, record.offset))
        }
        Err(reason) => {
            let letters = match &mut dead_letters {
                Some(letters) => letters,
                none => none.insert(LineFile::new(open("dead_letters", json_name)?)),
            };
            letters.add(|out| dead_letter::write(out, topic, partition, record, &reason))
        }
    })?;

    rows.finish()?.complete(parquet_name)?;
    lines.finish()?.complete(json_name)?;
    if let Some(letters) = dead_letters {
        letters.finish()?.complete(json_name)?;
    }
    Ok(PartitionResult { range, counts })
}
