//! A topic as librdkafka reads it. Records come in batches, which spares a call and an event for each of them.

use std::ffi::CString;
use std::ptr;
use std::slice;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rdkafka::bindings::{
    rd_kafka_consume_batch_queue, rd_kafka_message_destroy, rd_kafka_message_timestamp,
    rd_kafka_queue_destroy, rd_kafka_queue_forward, rd_kafka_queue_get_partition,
};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::{RDKafkaMessage, RDKafkaQueue};

const ANSWER: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(30);
/// librdkafka waits so long for a batch to become full.
const BATCH_WAIT_MS: i32 = 5;
const BATCH_RECORDS: usize = 1024;

const SETTINGS: [(&str, &str); 6] = [
    ("group.id", "limit"), // nothing is committed to it
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("enable.partition.eof", "true"),
    // With as many records waiting as it holds, librdkafka sleeps for a second.
    ("fetch.queue.backoff.ms", "2"),
    // Waiting records are memory, and two answers of a broker are enough to go on.
    ("queued.min.messages", "10000"),
];

pub struct Topic<'a> {
    name: &'a str,
    consumer: BaseConsumer,
    partitions: Vec<Range>,
}

/// What a partition holds: offsets from `start` up to, and without, `end`.
#[derive(Clone, Copy)]
pub struct Range {
    pub partition: i32,
    pub start: i64,
    pub end: i64,
}

impl<'a> Topic<'a> {
    pub fn open(brokers: &str, name: &'a str) -> Result<Self> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", brokers);
        for (setting, value) in SETTINGS {
            config.set(setting, value);
        }
        let consumer: BaseConsumer = config.create()?;
        let metadata =
            consumer.fetch_metadata(Some(name), ANSWER).with_context(|| format!("brokers {brokers}"))?;
        let ids =
            metadata.topics().iter().flat_map(|topic| topic.partitions()).map(|partition| partition.id());
        let partitions = ids
            .map(|partition| {
                let (start, end) = consumer.fetch_watermarks(name, partition, ANSWER)?;
                Ok(Range { partition, start, end })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { name, consumer, partitions })
    }

    /// One for each partition. Reading begins.
    pub fn readers(&self) -> Result<Vec<PartitionReader<'_>>> {
        let topic = CString::new(self.name)?;
        let client = self.consumer.client().native_ptr();
        let mut assignment = TopicPartitionList::new();
        let mut readers = Vec::new();
        for range in &self.partitions {
            assignment.add_partition_offset(self.name, range.partition, Offset::Offset(range.start))?;
            // SAFETY: the client outlives the readers, which borrow it, and each destroys its queue.
            let queue = unsafe { rd_kafka_queue_get_partition(client, topic.as_ptr(), range.partition) };
            if queue.is_null() {
                bail!("partition {}: librdkafka has no queue for it", range.partition);
            }
            // SAFETY: `queue` is not null. It is forwarded nowhere, so it keeps its records for this reader.
            unsafe { rd_kafka_queue_forward(queue, ptr::null_mut()) };
            readers.push(PartitionReader { range: *range, queue, _consumer: &self.consumer });
        }
        self.consumer.assign(&assignment)?;
        Ok(readers)
    }
}

/// Reads one partition. Belongs to one thread at a time.
pub struct PartitionReader<'a> {
    pub range: Range,
    queue: *mut RDKafkaQueue,
    _consumer: &'a BaseConsumer,
}

// SAFETY: librdkafka's queues are made for it: they lock themselves.
unsafe impl Send for PartitionReader<'_> {}

impl Drop for PartitionReader<'_> {
    fn drop(&mut self) {
        // SAFETY: taken in `readers`, and given back once.
        unsafe { rd_kafka_queue_destroy(self.queue) };
    }
}

/// A record in librdkafka's memory.
pub struct Record<'a> {
    pub offset: i64,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    message: &'a RDKafkaMessage,
}

impl Record<'_> {
    /// Milliseconds since the epoch; -1: it has none.
    pub fn timestamp(&self) -> i64 {
        // SAFETY: the message is borrowed, and the kind of its time is not asked for.
        unsafe { rd_kafka_message_timestamp(self.message, ptr::null_mut()) }
    }
}

impl PartitionReader<'_> {
    /// Hands over each record up to the end that the partition had when the topic was opened.
    pub fn read_all(&self, mut handle: impl FnMut(&Record) -> Result<()>) -> Result<()> {
        let Range { partition, start, end } = self.range;
        let mut next = start;
        let mut heard = Instant::now();
        let mut batch = [ptr::null_mut::<RDKafkaMessage>(); BATCH_RECORDS];
        while next < end {
            let wanted = BATCH_RECORDS.min((end - next) as usize);
            // SAFETY: `batch` has room for as many pointers as are wanted.
            let count = unsafe {
                rd_kafka_consume_batch_queue(self.queue, BATCH_WAIT_MS, batch.as_mut_ptr(), wanted)
            };
            if count < 0 {
                bail!("partition {partition}: librdkafka gives no batch");
            }
            if count > 0 {
                heard = Instant::now();
            } else if heard.elapsed() > SILENCE {
                bail!("partition {partition}: expected offset {next}, and nothing came for {SILENCE:?}");
            }
            for &pointer in &batch[..count as usize] {
                // SAFETY: a message of the batch, which is this loop's until it is destroyed below.
                let message = unsafe { &*pointer };
                next = handle_message(partition, message, next, &mut handle)?;
                // SAFETY: not used any more.
                unsafe { rd_kafka_message_destroy(pointer) };
            }
        }
        Ok(())
    }
}

/// The offset after it.
fn handle_message(
    partition: i32,
    message: &RDKafkaMessage,
    next: i64,
    handle: &mut impl FnMut(&Record) -> Result<()>,
) -> Result<i64> {
    match RDKafkaErrorCode::from(message.err) {
        RDKafkaErrorCode::NoError => {
            let record = Record {
                offset: message.offset,
                key: bytes(message.key.cast(), message.key_len),
                value: bytes(message.payload.cast(), message.len),
                message,
            };
            handle(&record)?;
            Ok(message.offset + 1)
        }
        // Beyond the last record there may be more offsets: those of what transactions left.
        RDKafkaErrorCode::PartitionEOF => Ok(next.max(message.offset)),
        error => bail!("partition {partition}: {error}"),
    }
}

fn bytes<'a>(start: *const u8, length: usize) -> Option<&'a [u8]> {
    // SAFETY: librdkafka gives the length of what it points to, which lives as long as its message.
    (!start.is_null()).then(|| unsafe { slice::from_raw_parts(start, length) })
}
