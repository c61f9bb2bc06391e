//! What a thing remembers of itself: answers to questions that are asked again and again. Not a cache of anything else.

use std::sync::atomic::{AtomicU32, Ordering};

/// Answers, each *yes*, *no* or not asked yet. They must follow from the thing alone.
#[derive(Debug, Default)]
pub struct Answers(AtomicU32);

impl Answers {
    /// The answer to a question, counted from 0 to 15, which `answer` gives the first time.
    pub fn get(&self, question: u8, answer: impl FnOnce() -> bool) -> bool {
        let (asked, yes) = (1 << (2 * u32::from(question)), 2 << (2 * u32::from(question)));
        let known = self.0.load(Ordering::Relaxed);
        if known & asked != 0 {
            return known & yes != 0;
        }
        let answer = answer();
        self.0.fetch_or(if answer { asked | yes } else { asked }, Ordering::Relaxed);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::Answers;

    #[test]
    fn a_question_is_asked_once_and_each_has_its_own_answer() {
        let answers = Answers::default();
        assert!(answers.get(0, || true) && !answers.get(1, || false) && answers.get(15, || true));
        let never = || unreachable!("it was answered");
        assert!(answers.get(0, never) && !answers.get(1, never) && answers.get(15, never));
    }
}
