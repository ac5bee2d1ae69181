//! How many tickets there are: by type, team, priority, and by type for each hour.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::Result;

use crate::durable_file;
use crate::instant;
use crate::ticket::{PRIORITIES, TEAMS, TYPES, Ticket};

#[derive(Default)]
pub struct Counts {
    pub by_type: [u64; TYPES.len()],
    pub by_priority: [u64; PRIORITIES.len()],
    /// By the hour's start, in hours since the epoch.
    by_hour: BTreeMap<i64, [u64; TYPES.len()]>,
}

impl Counts {
    pub fn add(&mut self, ticket: &Ticket) {
        self.by_type[ticket.kind] += 1;
        self.by_priority[ticket.priority] += 1;
        self.by_hour.entry(ticket.created_at.div_euclid(instant::HOUR)).or_default()[ticket.kind] += 1;
    }

    pub fn add_all(&mut self, other: Counts) {
        add_each(&mut self.by_type, &other.by_type);
        add_each(&mut self.by_priority, &other.by_priority);
        for (hour, counts) in other.by_hour {
            add_each(self.by_hour.entry(hour).or_default(), &counts);
        }
    }

    /// A file of JSON lines for each kind of count.
    pub fn publish(&self, results: &Path) -> Result<()> {
        let files = [
            ("ticket_counts", lines("", "type", &TYPES, &self.by_type)),
            ("ticket_counts_by_team", lines("", "support_team", &TEAMS, &self.by_type)),
            ("ticket_counts_by_priority", lines("", "priority", &PRIORITIES, &self.by_priority)),
            ("ticket_counts_by_hour", self.lines_by_hour()),
        ];
        for (name, text) in files {
            durable_file::replace(&results.join(name).join("part-00000.json"), text.as_bytes())?;
        }
        Ok(())
    }

    fn lines_by_hour(&self) -> String {
        let window = |(&hour, counts): (&i64, &[u64; TYPES.len()])| {
            let [start, end] = [hour, hour + 1].map(window_name);
            lines(&format!(r#""window_start":"{start}","window_end":"{end}","#), "type", &TYPES, counts)
        };
        self.by_hour.iter().map(window).collect()
    }
}

fn add_each(to: &mut [u64], from: &[u64]) {
    for (sum, count) in to.iter_mut().zip(from) {
        *sum += count;
    }
}

/// By value: `{"type":"ACCOUNT","ticket_count":52}`.
fn lines(before: &str, column: &str, values: &[&str], counts: &[u64]) -> String {
    let mut sorted: Vec<_> = values.iter().zip(counts).collect();
    sorted.sort();
    sorted.iter().fold(String::new(), |mut text, (value, count)| {
        let _ = writeln!(text, r#"{{{before}"{column}":"{value}","ticket_count":{count}}}"#);
        text
    })
}

/// `2026-11-26T09:00:00Z`
fn window_name(hour: i64) -> String {
    let mut text = Vec::new();
    instant::write(&mut text, hour * instant::HOUR);
    String::from_utf8_lossy(&text).replace(".000Z", "Z")
}
