//! The two files in which AWS's tools keep profiles, as far as envcheck needs them.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::super::files;

/// What is known of a profile.
#[derive(Default)]
pub(super) struct Profile {
    pub(super) id: Option<String>,
    pub(super) secret: Option<Zeroizing<String>>,
    pub(super) session: Option<Zeroizing<String>>,
    pub(super) region: Option<String>,
    /// Whether it signs in another way than with a key.
    pub(super) signs_in: bool,
    /// Whether it is there.
    pub(super) exists: bool,
}

/// Reads a profile; `variable` reads a variable of the environment.
pub(super) fn read(name: &str, variable: &dyn Fn(&str) -> Option<String>) -> Profile {
    let home = variable("HOME").or_else(|| variable("USERPROFILE"));
    let path = |named: &str, own: &str| {
        let given = variable(named).filter(|path| !path.is_empty());
        match (given, &home) {
            (Some(given), Some(home)) if given.starts_with("~/") => Some(Path::new(home).join(given.get(2..)?)),
            (Some(given), _) => Some(PathBuf::from(given)),
            (None, Some(home)) => Some(Path::new(home).join(".aws").join(own)),
            (None, None) => None,
        }
    };
    let mut profile = Profile::default();
    // What stands in both files counts as the second has it, and that is the one for keys.
    for (variable, own, prefix) in
        [("AWS_CONFIG_FILE", "config", "profile "), ("AWS_SHARED_CREDENTIALS_FILE", "credentials", "")]
    {
        if let Some(text) = path(variable, own).and_then(|path| files::read(&path)) {
            profile.add(&text, name, prefix);
        }
    }
    profile
}

impl Profile {
    fn add(&mut self, text: &str, name: &str, prefix: &str) {
        let mut inside = false;
        for line in text.lines() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                let section = section.0.trim();
                let named = section.strip_prefix(prefix).map(str::trim);
                inside = named == Some(name) || section == name && name == "default";
                self.exists |= inside;
                continue;
            }
            // An indented line belongs to the one above, such as those below `s3 =`.
            if !inside || line.starts_with([' ', '\t']) {
                continue;
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match key.trim() {
                "aws_access_key_id" => self.id = Some(value.to_owned()),
                "aws_secret_access_key" => self.secret = Some(Zeroizing::new(value.to_owned())),
                "aws_session_token" => self.session = Some(Zeroizing::new(value.to_owned())),
                "region" => self.region = Some(value.to_owned()),
                "sso_session"
                | "sso_start_url"
                | "role_arn"
                | "credential_process"
                | "web_identity_token_file"
                | "login_session" => self.signs_in = true,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_profile_is_read_from_both_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".aws")).unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(".aws").join(name), text).unwrap();
        write(
            "config",
            "# top\n[default]\nregion = eu-west-1\r\n\n[profile one]\nregion=us-east-1\ns3 =\n  region = no\n\
             [profile two]\nsso_session = x\n[one]\nregion = wrong\n",
        );
        write(
            "credentials",
            "[default]\naws_access_key_id = A\naws_secret_access_key=S=1\n; no\n[ one ]\naws_access_key_id=B\naws_secret_access_key = #;\n\
             aws_session_token=T\n",
        );
        let home = folder.path().to_str().unwrap().to_owned();
        let variable = |name: &str| (name == "HOME").then(|| home.clone());
        let of = |name: &str| {
            let found = read(name, &variable);
            let text = |text: &Option<Zeroizing<String>>| text.as_ref().map_or(String::new(), |text| text.to_string());
            format!(
                "{} {} {} {} {} {}",
                found.exists,
                found.region.clone().unwrap_or_default(),
                found.id.clone().unwrap_or_default(),
                text(&found.secret),
                text(&found.session),
                found.signs_in
            )
        };
        assert_eq!(of("default"), "true eu-west-1 A S=1  false");
        assert_eq!(of("one"), "true us-east-1 B #; T false");
        assert_eq!(of("two"), "true     true");
        assert_eq!(of("three"), "false     false");
    }
}
