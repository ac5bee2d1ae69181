//! Up to where each partition is counted, and its counts: replaced in one go, and readable by a person.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use crate::durable_file;
use crate::partition_job::PartitionResult;

#[derive(Serialize)]
struct Checkpoint<'a> {
    topic: &'a str,
    partitions: Vec<Partition<'a>>,
}

#[derive(Serialize)]
struct Partition<'a> {
    partition: i32,
    counted: i64,
    by_type: &'a [u64],
    by_priority: &'a [u64],
}

pub fn write(folder: &Path, topic: &str, results: &[PartitionResult]) -> Result<()> {
    let partitions = results
        .iter()
        .map(|PartitionResult { range, counts }| Partition {
            partition: range.partition,
            counted: range.end,
            by_type: &counts.by_type,
            by_priority: &counts.by_priority,
        })
        .collect();
    let text = sonic_rs::to_vec_pretty(&Checkpoint { topic, partitions })?;
    durable_file::replace(&folder.join(format!("{topic}.json")), &text)
}
