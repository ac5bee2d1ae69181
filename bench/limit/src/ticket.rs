//! What a message must hold to be a ticket: the rules of `packages/tickets/src/ticket.ts`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::instant;

pub const TYPES: [&str; 4] = ["TECHNICAL", "BILLING", "ACCOUNT", "GENERAL"];
/// Who answers tickets of each type.
pub const TEAMS: [&str; 4] = ["Tech Support", "Billing Team", "Account Management", "General Support"];
pub const PRIORITIES: [&str; 3] = ["LOW", "MEDIUM", "HIGH"];

pub struct Ticket<'a> {
    pub ticket_id: Cow<'a, str>,
    pub client_id: Cow<'a, str>,
    /// Microseconds since the epoch.
    pub created_at: i64,
    pub request: Cow<'a, str>,
    /// Which of `TYPES`.
    pub kind: usize,
    /// Which of `PRIORITIES`.
    pub priority: usize,
}

/// The ticket of a message, or why it is none.
pub fn parse(value: Option<&[u8]>) -> Result<Ticket<'_>, String> {
    let value = value.ok_or("value: expected a JSON object, found a tombstone (null)")?;
    let message: Message = sonic_rs::from_slice(value).map_err(|error| {
        let reason = error.to_string();
        format!("value: expected a ticket as JSON: {}", reason.lines().next().unwrap_or_default())
    })?;
    Ok(Ticket {
        ticket_id: text("ticket_id", message.ticket_id)?,
        client_id: text("client_id", message.client_id)?,
        created_at: time("created_at", message.created_at)?,
        request: text("request", message.request)?,
        kind: choice("type", message.kind, &TYPES)?,
        priority: choice("priority", message.priority, &PRIORITIES)?,
    })
}

fn text<'a>(name: &str, value: Option<Text<'a>>) -> Result<Cow<'a, str>, String> {
    match value {
        Some(Text(text)) if !text.is_empty() => Ok(text),
        other => Err(format!("{name}: expected non-empty Unicode text, found {}", show(other))),
    }
}

fn time(name: &str, value: Option<Text>) -> Result<i64, String> {
    let time = value.as_ref().and_then(|Text(text)| instant::parse(text));
    time.ok_or_else(|| format!("{name}: expected an ISO 8601 time, found {}", show(value)))
}

fn choice(name: &str, value: Option<Text>, choices: &[&str]) -> Result<usize, String> {
    let found = value.as_ref().and_then(|Text(text)| choices.iter().position(|choice| choice == text));
    found.ok_or_else(|| format!("{name}: expected one of {}, found {}", choices.join(", "), show(value)))
}

fn show(value: Option<Text>) -> String {
    value.map_or("nothing".into(), |Text(text)| format!("{text:?}"))
}

/// The fields of a message as they came. One that is there twice counts as it was last; others are dropped.
#[derive(Default)]
struct Message<'a> {
    ticket_id: Option<Text<'a>>,
    client_id: Option<Text<'a>>,
    created_at: Option<Text<'a>>,
    request: Option<Text<'a>>,
    kind: Option<Text<'a>>,
    priority: Option<Text<'a>>,
}

impl<'de> Deserialize<'de> for Message<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MessageVisitor)
    }
}

struct MessageVisitor;

impl<'de> Visitor<'de> for MessageVisitor {
    type Value = Message<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Message<'de>, A::Error> {
        let mut message = Message::default();
        while let Some(Text(name)) = fields.next_key()? {
            match name.as_ref() {
                "ticket_id" => message.ticket_id = fields.next_value()?,
                "client_id" => message.client_id = fields.next_value()?,
                "created_at" => message.created_at = fields.next_value()?,
                "request" => message.request = fields.next_value()?,
                "type" => message.kind = fields.next_value()?,
                "priority" => message.priority = fields.next_value()?,
                _ => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        Ok(message)
    }
}

/// Text that stays in its message where no escape is in it, which serde does for no `Cow` in an `Option`.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.into())))
    }

    fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: &str = r#"{"ticket_id": "TCK-00001", "client_id": "CL-1", "created_at": "2026-01-01T00:00:00+00:00", "request": "d\u00e9j\u00e0", "type": "BILLING", "priority": "LOW", "more": [1]}"#;

    #[test]
    fn a_ticket_is_read_in_the_spelling_of_another_program() {
        let ticket = parse(Some(TICKET.as_bytes())).unwrap();
        assert_eq!((ticket.request.as_ref(), ticket.kind, ticket.priority), ("déjà", 1, 0));
        assert_eq!(ticket.created_at, 1_767_225_600_000_000);
    }

    #[test]
    fn what_is_no_ticket_says_which_field_is_wrong() {
        let reason = |text: &str| parse(Some(text.as_bytes())).err().unwrap_or_default();
        assert_eq!(
            reason(&TICKET.replace("BILLING", "SALES")),
            r#"type: expected one of TECHNICAL, BILLING, ACCOUNT, GENERAL, found "SALES""#
        );
        assert_eq!(
            reason(&TICKET.replace("client_id", "client")),
            "client_id: expected non-empty Unicode text, found nothing"
        );
        assert!(reason(&TICKET.replace("T00:", "T24:")).starts_with("created_at: expected an ISO 8601 time"));
        assert!(reason(&TICKET.replace("\"CL-1\"", "5")).starts_with("value: expected a ticket as JSON"));
        assert!(reason("no ticket").starts_with("value: expected a ticket as JSON"));
        assert!(
            reason(&TICKET.replace(r"\u00e9", r"\ud800")).starts_with("value: expected a ticket as JSON")
        );
        assert!(parse(None).is_err());
    }
}
