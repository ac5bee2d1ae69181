//! ISO 8601 times to the microsecond, as `packages/records/src/time/instant.ts` reads and writes them.

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 0001-01-01 and 10000-01-01.
const YEARS: std::ops::Range<i64> = -719_162 * DAY..2_932_897 * DAY;

/// Microseconds since the epoch. A blank or `t` may stand for `T`, seconds and decimals may be missing, decimals past the sixth are cut
/// off, and a time without an offset is UTC. `None` for anything else, and for what is not in the years 1 to 9999.
pub fn parse(text: &str) -> Option<i64> {
    let mut rest = Cursor(text.as_bytes());
    let year = rest.number(4)?;
    rest.one_of(b"-")?;
    let month = rest.number(2)?;
    rest.one_of(b"-")?;
    let days = days_since_epoch(year, month, rest.number(2)?)?;
    rest.one_of(b"Tt ")?;
    let hours = rest.number(2).filter(|&hours| hours < 24)?;
    rest.one_of(b":")?;
    let minutes = rest.number(2).filter(|&minutes| minutes < 60)?;
    let seconds = match rest.one_of(b":") {
        Some(_) => rest.seconds()?,
        None => 0,
    };
    let wall = days * DAY + hours * HOUR + minutes * MINUTE + seconds;
    let instant = wall - rest.offset()?;
    (rest.0.is_empty() && YEARS.contains(&instant)).then_some(instant)
}

/// Appends `2026-11-22T09:30:00.000Z`, or six decimals where three would lose something.
pub fn write(out: &mut Vec<u8>, instant: i64) {
    let (year, month, day) = date_of(instant.div_euclid(DAY));
    let time = instant.rem_euclid(DAY);
    let parts = [
        (year, 4, b'-'),
        (month, 2, b'-'),
        (day, 2, b'T'),
        (time / HOUR, 2, b':'),
        (time % HOUR / MINUTE, 2, b':'),
        (time % MINUTE / SECOND, 2, b'.'),
    ];
    for (number, digits, after) in parts {
        write_number(out, number, digits);
        out.push(after);
    }
    let micros = time % SECOND;
    if micros % 1000 == 0 {
        write_number(out, micros / 1000, 3)
    } else {
        write_number(out, micros, 6)
    }
    out.push(b'Z');
}

fn write_number(out: &mut Vec<u8>, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        out.push(b'0' + (number / 10_i64.pow(place) % 10) as u8);
    }
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn one_of(&mut self, allowed: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first().filter(|(first, _)| allowed.contains(first))?;
        self.0 = rest;
        Some(first)
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number
            .iter()
            .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    }

    /// With decimals, in microseconds.
    fn seconds(&mut self) -> Option<i64> {
        let seconds = self.number(2).filter(|&seconds| seconds < 60)?;
        if self.one_of(b".").is_none() {
            return Some(seconds * SECOND);
        }
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (decimals, rest) = self.0.split_at(length);
        self.0 = rest;
        let worth = |place: usize| 10_i64.pow(5 - place as u32);
        let micros =
            decimals.iter().take(6).enumerate().map(|(place, byte)| i64::from(byte - b'0') * worth(place));
        (length > 0).then(|| seconds * SECOND + micros.sum::<i64>())
    }

    /// `Z`, `z`, `+02`, `+0200`, `+02:00` or nothing, in microseconds.
    fn offset(&mut self) -> Option<i64> {
        if self.0.is_empty() || self.one_of(b"Zz").is_some() {
            return Some(0);
        }
        let sign = if self.one_of(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.number(2).filter(|&hours| hours < 24)?;
        if self.0.is_empty() {
            return Some(sign * hours * HOUR);
        }
        let _ = self.one_of(b":");
        let minutes = self.number(2).filter(|&minutes| minutes < 60)?;
        Some(sign * (hours * HOUR + minutes * MINUTE))
    }
}

/// By the Gregorian calendar, whose years are counted from 1 March here, so that a leap day comes last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let shifted = if month <= 2 { year - 1 } else { year };
    let leap_days = shifted / 4 - shifted / 100 + shifted / 400;
    let days = shifted * 365 + leap_days + ((month + 9) % 12 * 153 + 2) / 5 + day - 719_469;
    (year >= 1 && day >= 1 && day <= length).then_some(days)
}

/// Year, month and day of a day since the epoch.
fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = (month_from_march + 2) % 12 + 1;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> Option<String> {
        let mut out = Vec::new();
        write(&mut out, parse(text)?);
        String::from_utf8(out).ok()
    }

    #[test]
    fn a_time_comes_out_in_utc_with_as_many_decimals_as_it_needs() {
        for (text, expected) in [
            ("2026-11-22T09:30:00.000Z", "2026-11-22T09:30:00.000Z"),
            ("2026-11-22 09:30", "2026-11-22T09:30:00.000Z"),
            ("2026-11-22t09:30:07.1234567+02:00", "2026-11-22T07:30:07.123456Z"),
            ("2026-03-01T00:30:00-0130", "2026-03-01T02:00:00.000Z"),
            ("2024-02-29T23:59:59.999999z", "2024-02-29T23:59:59.999999Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
            ("1969-12-31T23:00:00+00", "1969-12-31T23:00:00.000Z"),
        ] {
            assert_eq!(again(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-11-22",
            "2026-02-29T00:00",
            "2026-11-31T00:00",
            "2026-11-22T24:00",
            "2026-11-22T09:60",
            "2026-11-22T09:30:60",
            "2026-11-22T09:30:00.",
            "2026-11-22T09:30:00+2",
            "2026-11-22T09:30:00+24:00",
            "2026-11-22T09:30Zx",
            "0000-12-31T00:00",
            "0001-01-01T00:00+01",
            "9999-12-31T23:59-01",
            "+026-11-22T09:30",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
