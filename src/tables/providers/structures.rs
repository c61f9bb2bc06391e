//! What is a secret by its structure, whoever made it: keys, tokens, addresses with a password.

use super::checks::{anon_token, connection, private_key, service_token, token};
use super::{Kind, Provider};

/// The rows.
pub(super) static ROWS: &[Provider] = &[
    Provider::new(
        "Supabase",
        "a Supabase anon key",
        &["*SUPABASE*ANON*", "*SUPABASE*PUBLISHABLE*"],
        &["ey"],
        r"ey[0-9A-Za-z_-]{17,}\.ey[0-9A-Za-z_-]{17,}\.[0-9A-Za-z_-]{10,}",
    )
    .kind(Kind::Public)
    .checked(anon_token),
    Provider::new(
        "Supabase",
        "a Supabase service role key",
        &["*SUPABASE*SERVICE*", "*SUPABASE*SECRET*"],
        &["ey"],
        r"ey[0-9A-Za-z_-]{17,}\.ey[0-9A-Za-z_-]{17,}\.[0-9A-Za-z_-]{10,}",
    )
    .checked(service_token),
    Provider::new(
        "",
        "a JSON Web Token",
        &[],
        &["ey"],
        r"ey[0-9A-Za-z_-]{10,}\.ey[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
    )
    .checked(token),
    Provider::new("", "a private key", &[], &["-----BEGIN "], r"(?s).*-----BEGIN [ A-Z0-9_-]{0,100}PRIVATE KEY( BLOCK)?-----.*")
        .checked(private_key),
    Provider::new(
        "",
        "an address with a password",
        &[],
        &["://"],
        r"(jdbc:|r2dbc:)?(rediss?|valkeys?|postgres(ql)?(\+[a-z0-9]+)?|mongodb(\+srv)?|mysql2?(\+[a-z0-9]+)?|mariadb|sqlserver|mssql|cockroachdb|clickhouse|amqps?|nats|smtps?)://[^:/@\s]*:[^@\s]+@[^\s]+",
    )
    .anywhere()
    .checked(connection),
];
