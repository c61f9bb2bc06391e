//! How patiently a server is asked again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// How patiently a server is asked again.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The longest wait before the second try. Each further one may take twice as long.
    pub base: Duration,
    /// The longest wait that envcheck itself chooses.
    pub cap: Duration,
    /// The longest wait that a server may ask for; asked to wait longer, envcheck gives up.
    pub patience: Duration,
    /// How often anything is tried at most.
    pub tries: u32,
    /// How long it may take until there is a connection.
    pub connect: Duration,
    /// How long one try may take from beginning to end.
    pub whole: Duration,
    /// Once this is set there is no further try; the one under way is finished.
    pub stop: Option<&'static AtomicBool>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(500),
            cap: Duration::from_secs(32),
            patience: Duration::from_mins(2),
            tries: 6,
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(30),
            stop: None,
        }
    }
}

impl Pace {
    /// How long to wait after the try of this number, the first of which is 1; `None`: there is no further one.
    pub(super) fn wait(&self, tried: u32, asked: Option<Duration>) -> Option<Duration> {
        if tried >= self.tries || asked.is_some_and(|asked| asked > self.patience) {
            return None;
        }
        // Full jitter: whoever failed together does not come back together.
        let most = self.base.saturating_mul(1_u32.checked_shl(tried - 1).unwrap_or(u32::MAX)).min(self.cap);
        let own = most.mul_f64(fraction());
        Some(asked.map_or(own, |asked| asked + own.min(self.base)))
    }

    /// Waits before something is tried again that was tried so often; false where it should not be.
    pub fn rest(&self, tried: u32) -> bool {
        self.wait(tried, None).is_some_and(|time| self.sleep(time))
    }

    /// Waits; false if it was told to stop.
    pub(super) fn sleep(&self, time: Duration) -> bool {
        const NAP: Duration = Duration::from_millis(50);
        let end = Instant::now() + time;
        loop {
            if self.is_stopped() {
                return false;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            thread::sleep(if self.stop.is_some() { left.min(NAP) } else { left });
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

/// Any number from 0 up to 1.
fn fraction() -> f64 {
    // Without random bytes it is the middle, which is no worse than no jitter at all.
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / (f64::from(u32::MAX) + 1.0)
}

/// What `Retry-After` asks for: seconds, or a date of HTTP (RFC 9110, section 10.2.3).
pub(super) fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than fit are more than anyone waits.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let then = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(then.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_the_cap_and_end_with_the_last_try() {
        let pace = Pace { base: Duration::from_secs(1), cap: Duration::from_secs(3), ..Pace::default() };
        for (tried, most) in [(1, 1), (2, 2), (3, 3), (5, 3)] {
            for _ in 0..100 {
                assert!(pace.wait(tried, None).unwrap() < Duration::from_secs(most), "{tried}");
            }
        }
        assert_eq!(pace.wait(6, None), None);
        let mut waits: Vec<_> = (0..20).map(|_| pace.wait(3, None).unwrap()).collect();
        waits.dedup();
        assert!(waits.len() > 1, "full jitter is not always the same");
    }

    #[test]
    fn what_a_server_asks_for_is_kept_or_given_up_on() {
        let pace = Pace { base: Duration::from_millis(1), patience: Duration::from_mins(1), ..Pace::default() };
        assert!(pace.wait(1, Some(Duration::from_mins(1))).unwrap() >= Duration::from_mins(1));
        assert_eq!(pace.wait(1, Some(Duration::from_secs(61))), None);
    }

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-20T15:00:00Z".parse().unwrap();
        let seconds = |text| retry_after(text, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("Fri, 20 Nov 2026 15:00:30 GMT"), Some(30));
        assert_eq!(seconds("Fri, 20 Nov 2026 14:00:00 GMT"), Some(0), "it is over");
        assert_eq!(seconds("99999999999999999999999"), Some(u64::from(u32::MAX)));
        for nonsense in ["", "-1", "soon", "1.5", "\u{666}"] {
            assert_eq!(seconds(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_wait_ends_when_it_is_told_to_stop() {
        static STOP: AtomicBool = AtomicBool::new(true);
        let pace = Pace { stop: Some(&STOP), ..Pace::default() };
        assert!(!pace.sleep(Duration::from_hours(1)));
    }
}
