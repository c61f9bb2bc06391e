//! Images: which build of the repository makes the image that a target runs, and what the image holds then.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::fact::{Build, Image, KeptBack, LayerKind, Setting, SettingValue, Target, TargetGroup};
use crate::name::Name;
use crate::project::Project;
use crate::source::SourcePath;
use crate::value::{Known, Part, Value};

use super::Model;
use super::views::ViewLayer;

/// The builds that a repository describes, by what they call their images.
pub(super) struct Builds<'a> {
    by_name: BTreeMap<&'a str, Vec<Named<'a>>>,
}

/// A build, and one of the names of its image.
#[derive(Clone, Copy)]
struct Named<'a> {
    image: &'a str,
    group: usize,
    environment: Option<&'a str>,
    built: Built<'a>,
}

/// How the image of a target is built.
#[derive(Clone, Copy)]
pub struct Built<'a> {
    /// How.
    pub build: &'a Build,
    /// Whether something of it could not be followed, so that absence proves nothing.
    pub partial: bool,
    /// Whether a step of a workflow builds it, of a fresh checkout, as against whoever starts the target.
    pub step: bool,
}

impl<'a> Builds<'a> {
    pub(super) fn find(project: &'a Project) -> Self {
        let mut by_name: BTreeMap<&str, Vec<Named<'a>>> = BTreeMap::new();
        for (group, of) in project.groups.iter().enumerate() {
            let own = of.targets.iter().filter_map(|target| {
                let (image, _) = target.image.as_ref()?;
                let built = Built { build: target.build.as_ref()?, partial: target.partial, step: false };
                Some(Named { image, group, environment: target.environment.as_deref(), built })
            });
            let steps = of.builds.iter().flat_map(|step| {
                let built = Built { build: &step.build, partial: step.partial, step: true };
                let environment = step.environment.as_deref();
                step.images.iter().map(move |image| Named { image, group, environment, built })
            });
            for named in own.chain(steps) {
                by_name.entry(last_segment(named.image)).or_default().push(named);
            }
        }
        Self { by_name }
    }

    /// The build of the image that a target runs: its own, else the one that gives the image this name.
    ///
    /// `None` where there is none, or where several make different images of one name.
    pub(super) fn of(&self, group: usize, target: &'a Target) -> Option<Built<'a>> {
        if let Some(build) = &target.build {
            return Some(Built { build, partial: target.partial, step: false });
        }
        let (image, _) = target.image.as_ref()?;
        let same = self.by_name.get(last_segment(image))?.iter().filter(|named| is_same(image, group, named));
        let mut same: Vec<&Named<'a>> = same.collect();
        let environment = target.environment.as_deref();
        if same.iter().any(|named| named.environment.is_some() && named.environment == environment) {
            same.retain(|named| named.environment == environment);
        }
        let (first, rest) = same.split_first()?;
        let recipe = |named: &Named<'a>| {
            let Build { context, dockerfile, stage, .. } = named.built.build;
            (context, dockerfile, stage)
        };
        if rest.iter().any(|named| recipe(named) != recipe(first)) {
            return None;
        }
        // Which of several gave the arguments cannot be told.
        let partial = !rest.is_empty() || same.iter().any(|named| named.built.partial);
        Some(Built { partial, ..first.built })
    }
}

/// Whether a target's image is the one that a build names: the same repository, whatever its tag; where a part of a
/// name is not literal, the same last segment, or the same text in one file.
fn is_same(image: &str, group: usize, named: &Named<'_>) -> bool {
    let (one, other) = (without_tag(image), without_tag(named.image));
    if one == other {
        return !is_open(last_segment(image)) || named.group == group;
    }
    (is_open(one) || is_open(other)) && !is_open(last_segment(image))
}

/// Whether a part of a text is not literal.
fn is_open(text: &str) -> bool {
    text.contains(['$', '{', '<', '*'])
}

/// An image without its tag and its digest; what is put in by a reference stays whole.
fn without_tag(image: &str) -> &str {
    let start = last_slash(image).map_or(0, |at| at + 1);
    let (mut depth, mut end) = (0usize, image.len());
    for (at, byte) in image.bytes().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' | b'@' if depth == 0 => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    image.get(..end).unwrap_or(image)
}

fn last_segment(image: &str) -> &str {
    let bare = without_tag(image);
    last_slash(bare).and_then(|at| bare.get(at + 1..)).unwrap_or(bare)
}

/// The last slash that is not within a reference: `${{ env.A }}/api`.
fn last_slash(image: &str) -> Option<usize> {
    let (mut depth, mut last) = (0usize, None);
    for (at, byte) in image.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'/' if depth == 0 => last = Some(at),
            _ => {}
        }
    }
    last
}

/// Every build of a project: those of targets, and those of steps.
pub(super) fn builds(groups: &[TargetGroup]) -> impl Iterator<Item = &Build> {
    groups.iter().flat_map(|group| {
        let own = group.targets.iter().filter_map(|target| target.build.as_ref());
        own.chain(group.builds.iter().map(|step| &step.build))
    })
}

/// What a variable of an image is made of while it is built.
#[derive(Clone, Copy)]
enum Held<'s> {
    /// A value that the Dockerfile tells.
    Value(&'s Value),
    /// An argument that the build is given, or a default with references.
    Setting(&'s Setting),
    /// It is declared, and nothing gives it.
    Nothing,
}

/// What `ENV` comes to in a stage, or in front of one of its commands, weakest first. An empty text that stands in for
/// an argument that nobody gives is left out: it gives nothing.
pub(super) fn resolved(
    image: &Image,
    arguments: &[&Setting],
    settings: &[&Setting],
    given: &[Setting],
) -> Vec<Arc<Setting>> {
    let mut steps: Vec<(&Setting, bool)> = arguments.iter().map(|setting| (*setting, false)).collect();
    steps.extend(settings.iter().map(|setting| (*setting, true)));
    steps.sort_by_key(|(setting, _)| setting.place.span);
    let defaults = image.defaults();
    let given: BTreeMap<&Name, &Setting> = given.iter().map(|setting| (&setting.name, setting)).collect();
    let mut taken: BTreeMap<&Name, Held<'_>> = BTreeMap::new();
    let mut set: BTreeMap<Name, Option<Arc<Setting>>> = BTreeMap::new();
    let mut found: Vec<Arc<Setting>> = Vec::new();
    for (setting, is_set) in steps {
        if !is_set {
            let held = match given.get(&setting.name).copied().or_else(|| defaults.of(setting)) {
                None => Held::Nothing,
                Some(source) => match literal(source) {
                    Some(value) => Held::Value(value),
                    None => Held::Setting(source),
                },
            };
            taken.insert(&setting.name, held);
            continue;
        }
        let resolved = resolve(setting, &taken, &set);
        set.insert(setting.name.clone(), resolved.clone());
        found.extend(resolved);
    }
    found
}

fn literal(setting: &Setting) -> Option<&Value> {
    match &setting.value {
        SettingValue::Given(template) => match &*template.parts {
            [Part::Literal(value)] => Some(value),
            _ => None,
        },
        _ => None,
    }
}

fn resolve(
    setting: &Setting,
    taken: &BTreeMap<&Name, Held<'_>>,
    set: &BTreeMap<Name, Option<Arc<Setting>>>,
) -> Option<Arc<Setting>> {
    let SettingValue::Given(template) = &setting.value else { return Some(Arc::new(setting.clone())) };
    if template.references().is_empty() {
        return Some(Arc::new(setting.clone()));
    }
    let lookup = |name: &Name| match (set.get(name), taken.get(name)) {
        (Some(Some(own)), _) => literal(own).map_or(Known::Unknown, |value| Known::Value(value.clone())),
        (Some(None), _) | (None, Some(Held::Nothing)) => Known::Absent,
        (None, Some(Held::Value(value))) => Known::Value((*value).clone()),
        // What nothing here sets, the image may set that it starts from.
        (None, Some(Held::Setting(_)) | None) => Known::Unknown,
    };
    let evaluation = template.evaluate(&lookup);
    let value = match evaluation.value {
        Some(value) if value.is_empty() => return None,
        Some(value) => SettingValue::Given(crate::value::Template::literal(value)),
        None => match &*template.parts {
            // `ENV X=$X` hands on what the build is given, which is resolved where that stands.
            [Part::Reference(reference)] => match (set.get(&reference.name), taken.get(&reference.name)) {
                (None, Some(Held::Setting(source))) => {
                    return Some(Arc::new(Setting { name: setting.name.clone(), ..(*source).clone() }));
                }
                _ => SettingValue::Unknown,
            },
            _ => SettingValue::Unknown,
        },
    };
    Some(Arc::new(Setting { value, ..setting.clone() }))
}

/// A layer of what an image, or a stage of its build, sets.
pub(super) fn layer(path: &SourcePath, settings: Vec<Arc<Setting>>) -> ViewLayer {
    let mut layer = ViewLayer::of_file(path, settings, None);
    layer.kind = LayerKind::Image(path.clone());
    layer
}

impl Model<'_> {
    /// What the build of a context leaves out of it: the file of its Dockerfile alone, else that of the context.
    pub fn kept_back(&self, build: &Build) -> Option<&KeptBack> {
        let at = |path: Option<SourcePath>| self.project.files.get(&path?)?.loaded.kept_back.as_ref();
        let dockerfile = build.dockerfile.as_ref();
        let own = dockerfile.map(|path| SourcePath::new(&format!("{}.dockerignore", path.as_str())));
        let context = build.context.as_ref();
        at(own).or_else(|| at(context?.join(".dockerignore"))).or_else(|| at(context?.join(".containerignore")))
    }

    /// The path of a file in the context of a build, if it lies in there and is not left out.
    pub fn path_in_context<'p>(&self, build: &Build, path: &'p SourcePath) -> Option<&'p str> {
        let context = build.context.as_ref()?;
        if !path.is_below(context) {
            return None;
        }
        let inside = path.as_str().get(context.as_str().len()..)?.trim_start_matches('/');
        let is_kept_back = self.kept_back(build).is_some_and(|kept_back| kept_back.holds(inside));
        (!is_kept_back).then_some(inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_told_without_registry_and_tag() {
        for (image, segment) in [
            ("api", "api"),
            ("gcr.io/p/beep-api:1.2", "beep-api"),
            ("localhost:5000/api", "api"),
            ("localhost:5000/api@sha256:00", "api"),
            ("${{ env.REGISTRY }}/${{ github.repository }}/api:${{ github.sha }}", "api"),
            ("${REGISTRY:-docker.io/x}/web:${TAG:-latest}", "web"),
            ("${{ env.IMAGE }}", "${{ env.IMAGE }}"),
        ] {
            assert_eq!(last_segment(image), segment, "{image}");
        }
    }
}
