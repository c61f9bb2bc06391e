//! Keeps to a number of calls a minute, over all threads.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Keeps to a number of calls a minute, over all threads: a leaky bucket. A few may come at once; in no sixty
/// seconds are there more than allowed.
#[derive(Debug)]
pub(super) struct Rate {
    interval: Duration,
    /// How much earlier than evenly spaced a call may come.
    slack: Duration,
    /// When the next call would be due, were all of them evenly spaced.
    due: Mutex<Option<Instant>>,
}

impl Rate {
    /// Takes the calls allowed in a minute, at least one, and how many of them may come at once. Those are taken off
    /// the rest of the minute: that is what they cost in the long run.
    pub(super) fn new(per_minute: u32, burst: u32) -> Self {
        let per_minute = per_minute.max(1);
        let burst = burst.min(per_minute - 1);
        let interval = Duration::from_mins(1) / (per_minute - burst);
        Self { interval, slack: interval * burst, due: Mutex::new(None) }
    }

    /// Takes the next place, and tells how long to wait for it.
    pub(super) fn take(&self) -> Duration {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> Duration {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let place = due.map_or(now, |due| due.max(now));
        *due = Some(place + self.interval);
        place.saturating_duration_since(now).saturating_sub(self.slack)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each of this many calls goes out, if all are wanted at once.
    fn times(rate: &Rate, calls: usize) -> Vec<Duration> {
        let now = Instant::now();
        (0..calls).map(|_| rate.take_at(now)).collect()
    }

    #[test]
    fn in_no_minute_are_there_more_than_allowed() {
        for (allowed, burst) in [(1, 1), (2, 1), (14, 15), (15, 15), (60, 15), (600, 15), (600, 2), (600, 1)] {
            let times = times(&Rate::new(allowed, allowed / burst), 2000);
            let most = times
                .iter()
                .enumerate()
                .map(|(index, start)| {
                    times[index..].iter().take_while(|time| **time < *start + Duration::from_mins(1)).count()
                })
                .max();
            assert!(most <= Some(allowed as usize + 1), "{allowed}, {burst}: {most:?}");
        }
    }

    #[test]
    fn in_the_long_run_it_costs_little_and_a_few_cost_nothing() {
        let times = times(&Rate::new(600, 40), 6000);
        assert!(times[40].is_zero());
        let least = Duration::from_mins(10);
        assert!(times[5999] < least.mul_f64(1.1), "{:?}", times[5999]);
    }

    #[test]
    fn what_was_not_used_is_not_saved_up() {
        let rate = Rate::new(600, 40);
        let now = Instant::now();
        rate.take_at(now);
        let later = now + Duration::from_hours(1);
        let at_once = (0..100).take_while(|_| rate.take_at(later).is_zero()).count();
        assert!(at_once <= 41, "{at_once}");
    }
}
