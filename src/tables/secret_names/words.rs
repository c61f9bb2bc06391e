//! The words and ends by which names are taken for those of secrets, or not; data only.

/// `BuildKit`'s words that say *secret* wherever they stand.
pub(super) const ANYWHERE: &[&str] = &["SECRET", "APIKEY", "PASSWORD", "PASSWD", "PWORD", "CREDENTIAL", "CREDENTIALS"];

/// The same words with another glued before them: `PGPASSWORD`, `JWTSECRET`.
pub(super) const GLUED: &[&str] =
    &["PASSWORD", "PASSWD", "APIKEY", "SECRETKEY", "ACCESSKEY", "PRIVATEKEY", "AUTHTOKEN", "JWTSECRET"];

/// Two words that together say *secret* wherever they stand: `API_KEY_STRIPE`.
pub(super) const PAIRS: &[[&str; 2]] = &[
    ["API", "KEY"],
    ["API", "TOKEN"],
    ["PRIVATE", "KEY"],
    ["ACCESS", "KEY"],
    ["ACCESS", "TOKEN"],
    ["AUTH", "TOKEN"],
    ["BEARER", "TOKEN"],
    ["SIGNING", "KEY"],
    ["ENCRYPTION", "KEY"],
    ["MASTER", "KEY"],
];

/// Words that say *secret* only as the last one: `KEY`, `TOKEN` and `AUTH` are `BuildKit`'s, but `TOKEN_BUCKET` and
/// `AUTH_MODE` are none. The others are ways to write a secret without `BuildKit`'s words.
pub(super) const AT_THE_END: &[&str] = &[
    "KEY",
    "TOKEN",
    "AUTH",
    "PASS",
    "PASSPHRASE",
    "PWD",
    "SALT",
    "PEPPER",
    "MNEMONIC",
    "PAT",
    "SECRETS",
    "PASSWORDS",
    "KEYFILE_CONTENT",
];

/// Ends of several words, or of words that are secret in company only.
pub(super) const ENDS: &[&str] = &[
    "*CONNECTION_STRING", // holds a password for as good as every product
    "*SERVICE_ACCOUNT",
    "*SERVICE_ACCOUNT_JSON",
    "*SERVICE_ACCOUNT_KEY", // a Google key file as text
    "*CERT_KEY",            // the private half
    "*_API_KEYS",
    "*_API_TOKENS",
    "*ENCRYPTION_KEYS",
    "*SIGNING_KEYS", // lists of secrets
    "*SEED_PHRASE",
    "*WALLET_SEED",
    "*MASTER_SEED", // a bare `*_SEED` is as often a number for tests
];

/// Names that an end of [`ABOUT`] would excuse, but which are secrets.
pub(super) const SECRETS_ALL_THE_SAME: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "*_AWS_ACCESS_KEY_ID", // half a credential
    "*SLACK*WEBHOOK_URL",
    "*DISCORD*WEBHOOK_URL",
    "*TEAMS*WEBHOOK_URL",
    "*MATTERMOST*WEBHOOK_URL", // whoever knows it may post
];

/// What may follow a secret's word and leave it one.
pub(super) const QUALIFIERS: &[&str] = &[
    "OLD",
    "NEW",
    "PREVIOUS",
    "CURRENT",
    "NEXT",
    "PRIMARY",
    "SECONDARY",
    "BASE64",
    "B64",
    "JSON",
    "PEM",
    "HEX",
    "BASE",
    "VALUE",
    "STRING",
    "V1",
    "V2",
    "V3",
    "A",
    "B",
    "DEFAULT",
    "BACKUP",
    "SANDBOX",
    "READ",
    "WRITE",
    "RO",
    "RW",
];

/// First words of flags: `ENABLE_PASSWORD`, `USE_TOKEN`.
pub(super) const FLAGS: &[&str] = &[
    "ENABLE", "ENABLED", "DISABLE", "DISABLED", "ALLOW", "DENY", "SKIP", "REQUIRE", "USE", "HAS", "IS", "SHOW", "HIDE",
    "NO", "WITH", "WITHOUT", "MAX", "MIN", "NUM",
];

/// The published half of a pair, and keys that open nothing.
pub(super) const PUBLIC_HALVES: &[&str] = &[
    "PUBLIC_KEY*",
    "*_PUBLIC_KEY*",
    "*_PUBLIC_TOKEN*",
    "PUBLIC_API_KEY*",
    "*_PUBLIC_API_KEY*",
    "*PUBLISHABLE*",
    "*SITE_KEY",
    "*SITEKEY",
    "*ANON_KEY", // made to be published
    "*CACHE_KEY",
    "*PRIMARY_KEY",
    "*FOREIGN_KEY",
    "*SORT_KEY",
    "*PARTITION_KEY",
    "*OBJECT_KEY",
    "*GROUP_KEY",
    "*ROUTING_KEY",
    "*IDEMPOTENCY_KEY",
    "*HOT_KEY",
    "*SHORTCUT_KEY", // keys of tables, queues and keyboards
    "*SMTP_AUTH",
    "*MAIL_AUTH",
    "*BASIC_AUTH_AUTH", // a flag or a mechanism
    "*_CSS_TOKEN*",
    "*_DESIGN_TOKEN*",
    "*_STOP_TOKEN",
    "*_EOS_TOKEN",
    "*_PAD_TOKEN", // tokens of a design or a model
];

/// Names that speak about a secret, of which most hold its word.
pub(super) const ABOUT: &[&str] = &[
    // where it is
    "*_FILE",
    "*_FILES",
    "*_FILENAME",
    "*_PATH",
    "*_PATHS",
    "*_DIR",
    "*_DIRECTORY",
    "*_FOLDER",
    "*_ARN",
    "*_URL",
    "*_URLS",
    "*_URI",
    "*_HOST",
    "*_HOSTNAME",
    "*_PORT",
    "*_ENDPOINT",
    "*_DOMAIN",
    "*_REGION",
    "*_LOCATION",
    "*_BUCKET",
    "*_VAULT",
    // what it is called
    "*_NAME",
    "*_ID",
    "*_IDS",
    "*_ALIAS",
    "*_LABEL",
    "*_HEADER",
    "*_PREFIX",
    "*_SUFFIX",
    "*_FIELD",
    "*_PARAM",
    "*_USER",
    "*_USERNAME",
    "*_EMAIL",
    "*_PLACEHOLDER",
    "*_HINT",
    "*_TITLE",
    "*_DESCRIPTION",
    "*_PROJECT",
    // how long it lives, and how much of it there is
    "*_TTL",
    "*_EXP",
    "*_EXP_*",
    "*_EXPIR*",
    "*_MS",
    "*_SECONDS",
    "*_MINUTES",
    "*_HOURS",
    "*_DAYS",
    "*_LIFETIME",
    "*_DURATION",
    "*_INTERVAL",
    "*_TIMEOUT",
    "*_AGE",
    "*_ROTATION",
    "*_ROTATE",
    "*_LENGTH",
    "*_SIZE",
    "*_BYTES",
    "*_BITS",
    "*_LIMIT",
    "*_COUNT",
    "*_MIN",
    "*_MAX",
    "*_ATTEMPTS",
    "*_ROUNDS",
    "*_COST",
    "*_BUDGET",
    "*_USAGE",
    "*_PRICE",
    // of which kind it is
    "*_ALGORITHM",
    "*_ALG",
    "*_TYPE",
    "*_FORMAT",
    "*_ENCODING",
    "*_VERSION",
    "*_ISSUER",
    "*_AUDIENCE",
    "*_SCOPE",
    "*_SCOPES",
    "*_MODE",
    "*_METHOD",
    "*_PROVIDER",
    "*_BACKEND",
    "*_STORE",
    "*_STRATEGY",
    "*_POLICY",
    "*_STRENGTH",
    "*_REGEX",
    "*_PATTERN",
    "*_HASHER",
    "*_HASHERS",
    // whether it is wanted
    "*_ENABLED",
    "*_DISABLED",
    "*_REQUIRED",
    "*_ALLOWED",
    "*_OPTIONAL",
    "*_ENABLE",
    "*_DISABLE",
    // words that only look like it; `KEYCLOAK`, `KEYBOARD`, `MONKEY` need no entry, for words are matched whole
    "*_MAX_TOKENS",
    "MAX_TOKENS",
    "*TOKENS_PER_*",
    "*TOKEN_LIMIT*",
    "SECRET_MANAGER_*",
    "*_SECRET_MANAGER_*",
    "SECRETS_MANAGER_*",
    "SECRET_SCANNING_*",
];

/// Schemes of addresses before whose host a password may stand: databases, brokers, mail, directories, files.
pub(super) const CREDENTIAL_SCHEMES: &[&str] = &[
    "postgres",
    "postgresql",
    "mysql",
    "mysql2",
    "mariadb",
    "mssql",
    "sqlserver",
    "oracle",
    "cockroachdb",
    "mongodb",
    "redis",
    "rediss",
    "valkey",
    "valkeys",
    "amqp",
    "amqps",
    "nats",
    "kafka",
    "mqtt",
    "mqtts",
    "smtp",
    "smtps",
    "imap",
    "imaps",
    "ldap",
    "ldaps",
    "ftp",
    "ftps",
    "sftp",
    "clickhouse",
    "clickhouses",
    "neo4j",
    "neo4js",
    "bolt",
    "libsql",
    "elasticsearch",
    "cassandra",
    "prisma",
    "pulsar",
    "snowflake",
];
