//! What a layer of a view gives, by name. Not which layer wins: that is `views`.

use std::sync::Arc;

use crate::fact::Setting;
use crate::name::Name;

/// Settings by name; those of one name in the order in which they are given, of which the last one wins.
#[derive(Clone, Default)]
pub struct Given(Vec<Arc<Setting>>);

impl Given {
    /// Takes settings in the order in which they are given.
    pub fn new(mut settings: Vec<Arc<Setting>>) -> Self {
        settings.sort_by(|one, other| one.name.cmp(&other.name));
        Self(settings)
    }

    /// The one that wins of a name.
    pub fn last(&self, name: &Name) -> Option<&Arc<Setting>> {
        let behind = self.0.partition_point(|setting| setting.name <= *name);
        self.0.get(behind.checked_sub(1)?).filter(|setting| setting.name == *name)
    }

    /// Whether a name is given.
    pub fn contains_key(&self, name: &Name) -> bool {
        self.last(name).is_some()
    }

    /// The names, each once, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &Name> {
        self.0.chunk_by(|one, other| one.name == other.name).filter_map(|same| Some(&same.first()?.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::SettingValue;
    use crate::source::{Place, SourcePath, Span};

    #[test]
    fn the_last_one_of_a_name_wins() {
        let setting = |name: &str, at: usize| {
            let place = Place::new(&SourcePath::new(".env"), Span::new(at, at));
            Arc::new(Setting {
                name: name.into(),
                place,
                value_span: Span::default(),
                value: SettingValue::PassThrough,
            })
        };
        let given =
            Given::new(vec![setting("B", 0), setting("A", 1), setting("B", 2), setting("A", 3), setting("C", 4)]);
        let last = |name: &str| given.last(&name.into()).map(|setting| setting.place.span.start);
        assert_eq!((last("A"), last("B"), last("C"), last("D"), last("")), (Some(3), Some(2), Some(4), None, None));
        assert_eq!(given.keys().map(Name::as_str).collect::<Vec<_>>(), ["A", "B", "C"]);
    }
}
