//! Text to trees with spans and comments. No meaning: which name is a variable is the business of `loaders`.

pub mod comment;
pub mod conflict;
pub mod dotenv;
pub mod env_spec;
pub mod expression;
pub mod hcl;
pub mod interpolation;
pub mod json;
pub mod jwt;
pub mod path_pattern;
pub mod pem;
pub mod shell;
pub mod toml;
pub mod url;
pub mod windows;
pub mod yaml;
