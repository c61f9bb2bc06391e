//! Which files are env files, told by their names, and which names in them can be names of variables. Reads no file.

use crate::fact::{FileWords, Role};
use crate::loaders::Claim;
use crate::source::SourcePath;

/// Words that make an env file a template. `complete` is a variant as well: it lists more than its neighbour.
const TEMPLATE: &[&str] =
    &["example", "examples", "sample", "template", "tmpl", "tpl", "dist", "default", "defaults", "complete"];

/// The last words of names that belong to other tools and languages, or to copies that nothing reads.
#[rustfmt::skip]
const OTHER: &[&str] = &[
    // Code and scripts that read or write the environment.
    "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "py", "pyi", "rb", "go", "rs", "php", "java", "kt", "scala",
    "swift", "dart", "ex", "exs", "c", "h", "cpp", "cs", "lua", "pl", "r", "vue", "svelte", "astro", "sh", "bash",
    "zsh", "fish", "nu", "ps1", "psm1", "bat", "cmd", "mk", "nix", "sql", "tf", "tfvars", "hcl", "cmdrc",
    // Data, documents, and templates of other languages.
    "json", "json5", "jsonc", "yaml", "yml", "toml", "xml", "html", "css", "scss", "ini", "cfg", "conf", "properties",
    "md", "mdx", "rst", "adoc", "csv", "j2", "jinja", "erb", "hbs", "mustache", "ejs", "njk", "gotmpl", "map", "svg",
    "png", "d", "snap",
    // Other formats of the same world: schemas, dotenv-vault, dotenvx, encrypted files.
    "schema", "vault", "keys", "me", "previous", "project", "enc", "encrypted", "gpg", "asc", "age", "sops", "crypt",
    "secret", "pem", "pub", "p12",
    // Copies and differences.
    "patch", "diff", "orig", "rej", "bak", "backup", "old", "save", "swp", "swo", "tmp", "temp", "lock", "log", "gz",
    "zip", "tar",
];

/// Words that a name without a dot before `env` may end with: `env.staging`, but not `env.whatever`.
const ENVIRONMENTS: &[&str] = &[
    "dev",
    "develop",
    "development",
    "local",
    "test",
    "testing",
    "ci",
    "qa",
    "uat",
    "int",
    "integration",
    "stage",
    "staging",
    "preprod",
    "preview",
    "prod",
    "production",
    "live",
    "demo",
    "sandbox",
    "docker",
];

/// What a file is, if its name says that it is an env file or a template of one.
pub(super) fn claim(path: &SourcePath) -> Option<Claim> {
    let name = path.name().to_ascii_lowercase();
    if !name.contains("env") || name.ends_with('~') {
        return None;
    }
    let words = words(&name);
    let last = words.last()?;
    let is_template = words.iter().any(|word| TEMPLATE.contains(&word.as_str()));
    let is_text = last == "txt" && is_template;
    if !words.iter().any(|word| word == "env") || OTHER.contains(&last.as_str()) || (last == "txt" && !is_text) {
        return None;
    }
    if words.iter().any(|word| word == "schema") || !(is_template || holds_values(&name, &words)) {
        return None;
    }
    let mut file = FileWords::default();
    for word in words {
        match word.as_str() {
            "env" | "txt" => {}
            "local" => file.local = true,
            "complete" => file.words.push(word),
            other if TEMPLATE.contains(&other) => {}
            _ => file.words.push(word),
        }
    }
    Some(Claim { role: if is_template { Role::Template } else { Role::Values }, words: file })
}

/// `.env`, `.env.anything`, `anything.env`, `env.staging`, `.env-staging`.
fn holds_values(name: &str, words: &[String]) -> bool {
    let ends_known = words.iter().skip(1).all(|word| ENVIRONMENTS.contains(&word.as_str()));
    name == ".env"
        || name.starts_with(".env.")
        || name.strip_suffix("env").is_some_and(|before| before.ends_with('.'))
        || (words.len() > 1 && words.first().is_some_and(|first| first == "env") && ends_known)
}

/// The words of a name: parts between dots, and of parts that name `env` or a template the pieces between `-` and `_`.
///
/// `dev-azure` of `.env.dev-azure.example` stays one word: it is a variant, not the environment `dev`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split('.').filter(|part| !part.is_empty()) {
        let pieces = || part.split(['-', '_']).filter(|piece| !piece.is_empty());
        if pieces().any(|piece| piece == "env" || TEMPLATE.contains(&piece)) {
            words.extend(pieces().map(str::to_owned));
        } else {
            words.push(part.to_owned());
        }
    }
    words
}

/// Whether a word that stands alone, or behind a `#`, is written as variables are: `DATABASE_URL`, `NEXT_PUBLIC_apiUrl`.
pub(super) fn is_plausible(name: &str) -> bool {
    let first = name.split('_').find(|token| !token.is_empty()).unwrap_or_default();
    name.len() > 1
        && name.len() <= 100
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && first.bytes().any(|byte| byte.is_ascii_uppercase())
        && !first.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Whether a name that stands alone can be one to pass through. A word of letters and digits could be part of a key.
pub(super) fn is_pass_through(name: &str) -> bool {
    is_plausible(name) && (name.contains('_') || !name.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Whether a name looks like a line of an encoded value that was broken over lines, and so must not be shown.
pub(super) fn is_residue(name: &str) -> bool {
    let has = |test: fn(&u8) -> bool| name.bytes().any(|byte| test(&byte));
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    name.len() > 100 || (is_plain && (name.len() >= 40 || (mixed && name.len() >= 24)))
}

/// Whether `name` and what follows it are the padded end of a base64 value.
pub(super) fn is_padded_residue(name: &str, value: &str, follows_residue: bool) -> bool {
    let has = |test: fn(&u8) -> bool| name.bytes().any(|byte| test(&byte));
    value.bytes().all(|byte| byte == b'=')
        && value.len() < 2
        && (name.len() + 1 + value.len()).is_multiple_of(4)
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && ((follows_residue && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase)) || value == "=")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Option<(Role, String, bool)> {
        let claim = claim(&SourcePath::new(name))?;
        Some((claim.role, claim.words.words.join(" "), claim.words.local))
    }

    #[test]
    fn env_files_are_known_by_their_names() {
        for (name, words, local) in [
            (".env", "", false),
            (".ENV", "", false),
            ("apps/web/.env.local", "", true),
            (".env.production", "production", false),
            (".env.production.local", "production", true),
            (".env.Staging", "staging", false),
            ("conf/worker.env", "worker", false),
            ("env.staging", "staging", false),
            (".env-prod", "prod", false),
            (".env_test", "test", false),
        ] {
            assert_eq!(read(name), Some((Role::Values, words.to_owned(), local)), "{name}");
        }
    }

    #[test]
    fn templates_are_known_by_a_word_anywhere_in_their_names() {
        for (name, words, local) in [
            (".env.example", "", false),
            (".env-template", "", false),
            (".env-example", "", false),
            ("env-example-relational", "relational", false),
            ("env.sample", "", false),
            ("sample.env", "", false),
            ("example.env", "", false),
            (".env.dist", "", false),
            (".env.defaults", "", false),
            (".env.docker.example", "docker", false),
            (".env.dev-azure.example", "dev-azure", false),
            (".env.windows-docker-desktop.example", "windows-docker-desktop", false),
            (".env.example.production", "production", false),
            (".env.example.complete", "complete", false),
            (".env.local.example", "", true),
            (".env.example.txt", "", false),
            ("web.env.template", "web", false),
        ] {
            assert_eq!(read(name), Some((Role::Template, words.to_owned(), local)), "{name}");
        }
    }

    #[test]
    fn what_only_looks_like_an_env_file_is_left_alone() {
        for name in [
            ".envrc",
            ".env.vault",
            ".env.keys",
            ".env.me",
            ".env.ts",
            "env.ts",
            "env.d.ts",
            "env.example.ts",
            ".env.js",
            ".env.py",
            ".env.json",
            ".env.yaml",
            ".env.md",
            ".env.sh",
            ".env.schema",
            "env.schema.toml",
            ".env.enc",
            ".env.gpg",
            ".env.production.enc",
            ".env.patch",
            ".env.client.diff",
            ".env~",
            ".env.swp",
            ".env.bak",
            "environment.ts",
            "environment",
            "env",
            "env.txt",
            "env.whatever",
            ".env.example.md",
            "env_utils.go",
            "openv",
            "env-cmdrc",
            ".env-cmdrc",
            "setup-env",
            "example",
            ".environment.example",
            ".env.schema.example",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
    }

    #[test]
    fn a_part_of_a_key_is_no_name() {
        assert!(is_plausible("DATABASE_URL") && is_plausible("NEXT_PUBLIC_apiUrl") && is_plausible("_X1"));
        assert!(!is_plausible("Database_url") && !is_plausible("1A") && !is_plausible("A") && !is_plausible("see"));
        assert!(is_pass_through("HOME") && is_pass_through("AWS_S3_KEY") && !is_pass_through("JBSWY3DPEHPK3PXP"));
        assert!(is_residue("MIIEvgIBADANBgkqhkiG9w0BAQEFAASC") && !is_residue("NEXT_PUBLIC_API_V2_BASE_URL"));
        assert!(is_padded_residue("ZZZZZZ", "=", false) && is_padded_residue("abC", "", true));
        assert!(!is_padded_residue("abC", "", false) && !is_padded_residue("DATABASE_URL", "", true));
    }
}
