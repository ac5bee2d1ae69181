//! A record that is no ticket, as a line that holds all that is needed to send it again.

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;

use crate::instant;
use crate::topic::Record;

#[derive(Serialize)]
struct DeadLetter<'a> {
    topic: &'a str,
    partition: i32,
    offset: String,
    timestamp: Option<String>,
    key: Option<String>,
    reason: &'a str,
    value_base64: Option<String>,
}

pub fn write(out: &mut Vec<u8>, topic: &str, partition: i32, record: &Record, reason: &str) -> Result<()> {
    let letter = DeadLetter {
        topic,
        partition,
        offset: record.offset.to_string(),
        timestamp: (record.timestamp() >= 0).then(|| time(record.timestamp())),
        key: record.key.map(text),
        reason,
        value_base64: record.value.map(|value| BASE64.encode(value)),
    };
    sonic_rs::to_writer(&mut *out, &letter)?;
    out.push(b'\n');
    Ok(())
}

fn time(millis: i64) -> String {
    let mut text = Vec::new();
    instant::write(&mut text, millis * 1000);
    String::from_utf8_lossy(&text).into_owned()
}

/// A key that is no UTF-8 is shown by its bytes.
fn text(key: &[u8]) -> String {
    str::from_utf8(key).map_or_else(|_| format!("base64:{}", BASE64.encode(key)), str::to_owned)
}
