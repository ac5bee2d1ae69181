//! An enriched ticket as a JSON line.

use std::io::Write;

use anyhow::Result;

use crate::instant;
use crate::ticket::{PRIORITIES, TEAMS, TYPES, Ticket};

pub fn write(out: &mut Vec<u8>, ticket: &Ticket, partition: i32, offset: i64) -> Result<()> {
    out.extend_from_slice(br#"{"ticket_id":"#);
    sonic_rs::to_writer(&mut *out, &ticket.ticket_id)?;
    out.extend_from_slice(br#","client_id":"#);
    sonic_rs::to_writer(&mut *out, &ticket.client_id)?;
    out.extend_from_slice(br#","created_at":""#);
    instant::write(out, ticket.created_at);
    out.extend_from_slice(br#"","request":"#);
    sonic_rs::to_writer(&mut *out, &ticket.request)?;
    for part in [
        r#","type":""#,
        TYPES[ticket.kind],
        r#"","priority":""#,
        PRIORITIES[ticket.priority],
        r#"","support_team":""#,
        TEAMS[ticket.kind],
    ] {
        out.extend_from_slice(part.as_bytes());
    }
    writeln!(out, r#"","kafka_partition":{partition},"kafka_offset":{offset}}}"#)?;
    Ok(())
}
