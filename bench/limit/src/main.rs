//! The consumer's job as a native program does it, for `pnpm bench`: reads what a topic holds now, tells tickets from dead letters,
//! and writes enriched tickets as Parquet and as JSON lines, counts and a checkpoint, each whole and on disk before it gets its name.
//!
//! It shows what the machine can do, and is no product: the topic is one batch, so a crash begins again, and hours have no watermark.
//!
//! Arguments: brokers, topic, folder.

mod checkpoint;
mod counts;
mod dead_letter;
mod durable_file;
mod instant;
mod json_line;
mod line_file;
mod parquet_rows;
mod partition_job;
mod ticket;
mod topic;

use std::path::Path;
use std::thread;

use anyhow::{Context, Result, bail};

use counts::Counts;
use partition_job::PartitionResult;
use topic::Topic;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [brokers, name, folder] = arguments.as_slice() else {
        bail!("expected brokers, a topic and a folder, found {} arguments", arguments.len());
    };
    let folder = Path::new(folder);
    let results = folder.join("results");
    let partitions = work_through(brokers, name, &results)?;

    // As the consumer: what is counted is in files, and the checkpoint knows it before anybody sees the counts.
    checkpoint::write(&folder.join("checkpoints"), name, &partitions)?;
    let mut counts = Counts::default();
    for partition in partitions {
        counts.add_all(partition.counts);
    }
    counts.publish(&results)
}

/// Each partition in a thread of its own.
fn work_through(brokers: &str, name: &str, results: &Path) -> Result<Vec<PartitionResult>> {
    let topic = Topic::open(brokers, name)?;
    let readers = topic.readers()?;
    thread::scope(|scope| {
        let jobs: Vec<_> = readers
            .into_iter()
            .map(|reader| scope.spawn(|| partition_job::run(name, reader, results)))
            .collect();
        jobs.into_iter().map(|job| job.join().expect("a panic aborts the process")).collect::<Result<_>>()
    })
    .with_context(|| format!("topic {name}"))
}
