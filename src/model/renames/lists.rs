//! What single words of names mean to the matcher; data only, each group with its reason.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What is known of a word.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a word may be in any number of lists at once")]
pub(super) struct Traits {
    /// A framework or an app namespace: it may be all that is left over.
    pub(super) framework: bool,
    /// The packages of that framework; empty for a mere namespace.
    pub(super) packages: &'static [&'static str],
    /// A provider: it may be left over if the rest says enough.
    pub(super) provider: bool,
    /// An environment: no evidence by itself.
    pub(super) environment: bool,
    /// Left over or swapped, it makes another variable.
    pub(super) meaning: bool,
    /// Left over, it says that the same thing comes by another road.
    pub(super) road: bool,
    /// Too common to tell two names from others.
    pub(super) generic: bool,
    /// A word, hence no misspelling of another.
    pub(super) word: bool,
}

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    Time,
    Size,
    Share,
    Number,
}

/// What is known of a word in upper case; nothing for an unknown one.
pub(super) fn traits(word: &str) -> Traits {
    static TRAITS: LazyLock<HashMap<&'static str, Traits>> = LazyLock::new(collect);
    TRAITS.get(word).copied().unwrap_or_default()
}

/// The word that stands for all of its synonyms, itself where it has none.
pub(super) fn canonical(word: &str) -> &str {
    static CANONICAL: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
        SYNONYMS.iter().flat_map(|class| class.iter().filter_map(|word| Some((*word, *class.first()?)))).collect()
    });
    if let Some(found) = CANONICAL.get(word) {
        return found;
    }
    // A plural; `ACCESS` and `HTTPS` are none.
    let singular = word.strip_suffix('S').filter(|rest| rest.len() >= 3 && !rest.ends_with('S') && *rest != "HTTP");
    singular.map_or(word, |singular| CANONICAL.get(singular).copied().unwrap_or(singular))
}

/// What is known of a canonical word, under any of its spellings.
pub(super) fn traits_of_class(canonical: &str) -> Traits {
    let mut found = traits(canonical);
    let class = SYNONYMS.iter().find(|class| class.first() == Some(&canonical)).copied().unwrap_or_default();
    let plural = format!("{canonical}S");
    for spelling in class.iter().copied().chain([plural.as_str()]) {
        let spelt = traits(spelling);
        found.framework |= spelt.framework;
        found.provider |= spelt.provider;
        found.environment |= spelt.environment;
        found.meaning |= spelt.meaning;
        found.road |= spelt.road;
        found.generic |= spelt.generic;
        found.word |= spelt.word;
    }
    found
}

/// The class of a unit and what it measures.
pub(super) fn unit(word: &str) -> Option<(&'static str, Dimension)> {
    UNITS
        .iter()
        .find(|(_, words)| words.contains(&word))
        .and_then(|(dimension, words)| Some((*words.first()?, *dimension)))
}

/// Whether a unit is a plain word as well, so that something else in the name must speak of time.
pub(super) fn is_doubtful_unit(word: &str) -> bool {
    matches!(word, "MIN" | "MINS" | "S" | "H" | "SECOND")
}

/// Whether a word speaks of time.
pub(super) fn speaks_of_time(word: &str) -> bool {
    TIME.split_ascii_whitespace().any(|known| known == word)
}

fn collect() -> HashMap<&'static str, Traits> {
    let mut traits: HashMap<&'static str, Traits> = HashMap::new();
    let mut mark = |words: &'static str, mark: fn(&mut Traits)| {
        for word in words.split_ascii_whitespace() {
            let entry = traits.entry(word).or_default();
            entry.word = true;
            mark(entry);
        }
    };
    mark(NAMESPACES, |traits| traits.framework = true);
    mark(PROVIDERS, |traits| traits.provider = true);
    mark(ENVIRONMENTS, |traits| traits.environment = true);
    for (words, _) in MEANING {
        mark(words, |traits| traits.meaning = true);
    }
    mark(ROADS, |traits| traits.road = true);
    mark(GENERIC, |traits| traits.generic = true);
    mark(WORDS, |_| {});
    mark(TIME, |_| {});
    for word in SYNONYMS.iter().flat_map(|class| *class) {
        mark(word, |_| {});
    }
    for (word, packages) in FRAMEWORKS {
        let entry = traits.entry(word).or_default();
        entry.word = true;
        entry.framework = true;
        entry.packages = packages;
    }
    traits
}

/// Frameworks, with the packages that show that an app uses one. Beside it the name stays the same.
static FRAMEWORKS: &[(&str, &[&str])] = &[
    ("BETTER", &["better-auth"]),
    ("AUTHJS", &["next-auth", "@auth/*"]),
    ("NEXTAUTH", &["next-auth"]),
    ("NEXT", &["next"]),
    ("NUXT", &["nuxt"]),
    ("NITRO", &["nitro*"]),
    ("NEST", &["@nestjs/*"]),
    ("EXPRESS", &["express"]),
    ("FASTIFY", &["fastify"]),
    ("HONO", &["hono"]),
    ("REMIX", &["@remix-run/*"]),
    ("ASTRO", &["astro"]),
    ("SVELTE", &["svelte", "@sveltejs/*"]),
    ("DJANGO", &["django"]),
    ("FLASK", &["flask"]),
    ("FASTAPI", &["fastapi"]),
    ("STARLETTE", &["starlette"]),
    ("RAILS", &["rails"]),
    ("RACK", &["rack"]),
    ("LARAVEL", &["laravel/framework"]),
    ("SYMFONY", &["symfony/*"]),
    ("SPRING", &["*spring*"]),
    ("QUARKUS", &["*quarkus*"]),
    ("MICRONAUT", &["*micronaut*"]),
    ("PHOENIX", &["phoenix"]),
    ("PAYLOAD", &["payload"]),
    ("STRAPI", &["@strapi/*"]),
    ("DIRECTUS", &["@directus/*"]),
    ("MEDUSA", &["@medusajs/*"]),
    ("KEYSTONE", &["@keystone-6/*"]),
    ("WAGTAIL", &["wagtail"]),
    ("CELERY", &["celery"]),
];

/// Words that only say that the variable is the app's; its own names come with the input.
static NAMESPACES: &str = "APP APPLICATION MY THE ENV CONFIG SETTINGS CONF PROJECT SERVICE";

/// Who provides it, or by which library it is reached.
static PROVIDERS: &str = "KV UPSTASH VERCEL NETLIFY SUPABASE NEON RAILWAY RENDER FLY HEROKU PLANETSCALE TURSO CLOUD AWS AMAZON GCP \
    GOOGLE GCLOUD AZURE MS MICROSOFT CF CLOUDFLARE DO DIGITALOCEAN PRISMA DRIZZLE TYPEORM SEQUELIZE SQLALCHEMY \
    POSTGRES PG MYSQL MARIADB MONGO MONGODB REDIS VALKEY IOREDIS DB DATABASE BASE DEFAULT";

/// Words of one meaning; the first stands for all. Not here, since measured neighbours differ: `URL`/`DSN`,
/// `URL`/`HOST`, `URL`/`ENDPOINT`/`BASE`, `KEY`/`TOKEN`, `ID`/`CLIENT_ID`, `NAME`/`ID`, `PATH`/`FILE`/`DIR`,
/// `SECRET`/`PASSWORD`, `REGION`/`ZONE`/`LOCATION`, `LEVEL`/`MODE`.
static SYNONYMS: &[&[&str]] = &[
    &["DATABASE", "DB"],
    &["PASSWORD", "PASS", "PASSWD", "PWD", "PW"],
    &["URL", "URI"],
    &["ADDRESS", "ADDR"],
    &["USER", "USERNAME", "USR"],
    &["DIR", "DIRECTORY", "FOLDER"],
    &["CONNECTION", "CONN"],
    &["CONFIG", "CONF", "CFG", "CONFIGURATION"],
    &["ORG", "ORGANIZATION", "ORGANISATION"],
    &["POSTGRES", "PG", "POSTGRESQL", "PSQL"],
    &["MONGO", "MONGODB"],
    &["EXPIRE", "EXPIRES", "EXPIRY", "EXPIRATION", "EXP"],
    &["ENABLE", "ENABLED", "ENABLES"],
    &["DISABLE", "DISABLED"],
    &["CERT", "CERTIFICATE"],
    &["CREDENTIAL", "CRED", "CREDS", "CREDENTIALS"],
    &["ENV", "ENVIRONMENT"],
    &["ORIGIN", "ORIGINS"],
    &["HOST", "HOSTS", "HOSTNAME"],
    &["EMAIL", "MAIL", "EMAILS"],
    &["REPO", "REPOSITORY"],
    &["AUTH", "AUTHENTICATION"],
    &["LANG", "LANGUAGE"],
    &["NUM", "NUMBER"],
    &["DOC", "DOCS", "DOCUMENTATION"],
    &["IMAGE", "IMG", "IMAGES"],
    &["MESSAGE", "MSG"],
    &["MANAGEMENT", "MGMT"],
    &["PROJECT", "PROJ"],
    &["SERVICE", "SVC"],
    &["SERVER", "SRV"],
    &["DEV", "DEVELOPMENT"],
    &["PROD", "PRODUCTION"],
    &["STAGING", "STG", "STAGE"],
    &["ID", "IDENTIFIER"],
    &["TEMP", "TMP"],
    &["MAX", "MAXIMUM"],
    &["MIN", "MINIMUM"],
];

/// Units, by class; the first stands for the class. They count as the last or the last but one word only.
static UNITS: &[(Dimension, &[&str])] = &[
    (Dimension::Time, &["MS", "MILLIS", "MILLISECONDS", "MSEC"]),
    (Dimension::Time, &["SECONDS", "S", "SEC", "SECS", "SECOND"]),
    (Dimension::Time, &["MINUTES", "MIN", "MINS", "MINUTE"]),
    (Dimension::Time, &["HOURS", "H", "HR", "HRS", "HOUR"]),
    (Dimension::Time, &["DAYS", "DAY"]),
    (Dimension::Time, &["WEEKS", "WEEK"]),
    (Dimension::Time, &["MONTHS", "MONTH"]),
    (Dimension::Size, &["BYTES", "B", "BYTE"]),
    (Dimension::Size, &["KB", "KIB"]),
    (Dimension::Size, &["MB", "MIB"]),
    (Dimension::Size, &["GB", "GIB"]),
    (Dimension::Size, &["TB"]),
    (Dimension::Share, &["PERCENT", "PCT"]),
    (Dimension::Number, &["COUNT"]),
];

/// Words that speak of time: beside one of them `MIN` is minutes.
static TIME: &str = "TTL TIMEOUT INTERVAL DELAY EXPIRE EXPIRES EXPIRY EXPIRATION EXP AGE DURATION PERIOD WINDOW RETENTION \
    COOLDOWN LIFETIME REFRESH EVERY";

/// Places where an app runs: `DEV_DATABASE_URL` beside `DATABASE_URL` is another variable.
static ENVIRONMENTS: &str = "DEV DEVELOPMENT STG STAGE STAGING PREPROD UAT QA PREVIEW PROD PRODUCTION LIVE";

/// Words that make another variable of it, by what they tell apart.
static MEANING: &[(&str, &str)] = &[
    ("TEST TESTING E2E CI MOCK DEMO SANDBOX LOCAL", "not the real thing"),
    (
        "READ READONLY RO WRITE RW REPLICA SHADOW DIRECT UNPOOLED POOL POOLED POOLER POOLING NON MIGRATE \
     MIGRATION MIGRATIONS",
        "another door to the same database",
    ),
    ("ADMIN ROOT SUPERUSER OWNER BOOTSTRAP INIT INITIAL SEED", "another user, or the first run"),
    (
        "WEBHOOK WEBHOOKS SIGNING ENCRYPTION DECRYPTION HASH SALT PEPPER REFRESH ACCESS SESSION COOKIE \
     CSRF RESET VERIFY VERIFICATION CRON",
        "another use of a secret",
    ),
    ("PUBLIC PRIVATE PUBLISHABLE", "another half of a pair"),
    ("OLD NEW PREVIOUS LEGACY V1 V2 PRIMARY SECONDARY FALLBACK BACKUP", "another generation"),
    ("FIRST SECOND THIRD LAST NEXT", "an ordinal"),
    ("INTERNAL EXTERNAL REMOTE", "another way in"),
    ("CLUSTER SENTINEL TLS SSL CA CERT KEY MTLS", "another kind of connection"),
    ("HTTP HTTPS GRPC WS WSS TCP UDP REST GRAPHQL RPC", "another protocol"),
    ("HOST PORT USER PASSWORD NAME ID REGION ZONE BUCKET TOPIC QUEUE TABLE SCHEMA", "another part of the address"),
    ("FILE PATH DIR", "a place rather than the thing"),
    ("COUNT MIN MAX LIMIT SIZE TIMEOUT INTERVAL RETRY RETRIES DELAY TTL", "another number"),
    ("ENABLED DISABLED ENABLE DISABLE SKIP ALLOW DENY", "a flag about it"),
    ("LEVEL FORMAT TYPE MODE PREFIX SUFFIX VERSION IMAGE TAG", "a property of it"),
    ("WORKER SCHEDULER CONSUMER PRODUCER EVENT MEDIA UPLOAD DOWNLOAD EXPORT IMPORT BATCH", "another role"),
    ("SMTP IMAP POP FROM TO REPLY CC SUPPORT NOREPLY", "another part of mail"),
    ("CLIENT SERVER FRONTEND BACKEND API WEB IN OUT SOURCE TARGET", "another side"),
    ("EE ENTERPRISE PRO FREE BASIC PREMIUM", "another plan"),
    ("EU US UK ASIA APAC EMEA EAST WEST NORTH SOUTH", "another region"),
    ("EN DE FR ES IT PT JA ZH KO RU NL PL", "another language"),
];

/// `X_FILE`, `X_ARN` beside `X`: the same thing by another road, given and documented together with it.
static ROADS: &str = "FILE PATH BASE64 B64 JSON ARN";

/// Words that are in so many names that sharing one shows nothing.
static GENERIC: &str = "URL URI DSN KEY SECRET TOKEN ID HOST PORT PATH NAME USER USERNAME PASSWORD ENV MODE LEVEL API BASE CLIENT DB \
    DATABASE ENABLED REGION BUCKET VERSION TYPE LOG PUBLIC PRIVATE ACCESS DEBUG TIMEOUT FILE DIR ADDRESS \
    ENDPOINT EMAIL PROJECT ORG SERVER SITE WEB APP DOMAIN ORIGIN DEFAULT MAX MIN LIMIT";

/// Further words of names that are spelt right, so that none is taken for a misspelling of another.
static WORDS: &str = "ACCOUNT ACTION ACTIVE AGENT ALERT ALIAS AMOUNT ANALYSIS ANALYTICS ANTHROPIC ARCHIVE ASSET ASSETS AUDIT AUDIO \
    BILLING BLOCK BRAND BROKER BROWSER BUILD CACHE CACHED CACHES CALLBACK CAPTCHA CATALOG CHAIN CHANNEL CHARGE \
    CHECK CHECKOUT CLAIM CLEAN CLERK CLICK CLOCK CLOSE CODEC COLOR COMMAND COMMENT COMMIT COMPANY CONTACT \
    CONTENT CONTEXT CONTRACT COUNTER COUNTRY COUNTY COUPON COURSE COURT CREATE CURRENCY CUSTOM CUSTOMER DAILY \
    DATASET DEPLOY DEPLOYMENT DEPOSIT DEPTH DEVICE DISCORD DRIVE DRIVER EDITOR ELASTIC EMBED EMBEDDING ENGINE \
    ENTRY ERROR EVENTS EXPORTER FEATURE FETCH FIELD FIREBASE FLAGS FORCE FRONT FUNCTION GATEWAY GEMINI GENERAL \
    GITHUB GITLAB GLOBAL GRAFANA GRANT GRAPH GROUP GUEST HEADER HEALTH HEIGHT HOOKS INDEX INDEXER INGEST INPUT \
    INSTANCE INVITE ISSUE ISSUER KAFKA LABEL LEADER LEGAL LENGTH LICENSE LIMITER LINEAR LINKEDIN LISTEN LISTENER \
    LOADER LOCALE LOCATION LOGGER LOGGING LOGIC LOGIN LOGON LOGOUT MAILER MAILGUN MANAGER MARKET MASTER MATCH \
    MEMBER MEMORY MERGE METRIC METRICS MINIO MOBILE MODAL MODEL MODELS MODULE MONITOR NETWORK NOTIFY NOTION \
    OAUTH OBJECT OLDER OPENAI OPTION ORDER ORDERS OUTPUT OWNERS PARSE PARSER PARTNER PAYMENT PAYMENTS PAYPAL \
    PLACE PLANE PLATFORM POLICY PORTAL POSTHOG PRICE PRICES PRIZE PROCESS PRODUCT PROFILE PROXY PUBLISH \
    PUBLISHER PUSHER QUERY QUOTA QUOTE RABBITMQ RANGE READER REALM RECORD RELAY RELEASE REPORT REPORTS REQUEST \
    RESEND RESPONSE RESULT REWARD ROLES ROUTE ROUTER SCALE SCOPE SCORE SCRAPER SEARCH SECRETS SENDER SENDGRID \
    SENTRY SERVE SHARD SHARE SHEET SHELL SHIPPING SLACK SOLANA SPACE START STATE STATIC STATS STATUS STORAGE \
    STORE STORED STREAM STREAMS STRING STRIPE STRIPS STYLE SYNC SYSTEM TABLET TEMPLATE TENANT TENNIS THEME \
    THREAD TITLE TOKENS TOOLS TRACE TRACER TRACES TRACK TRACKER TRADE TRAIN TRIAL TRIGGER TRUST TWILIO TWITTER \
    UPDATE USAGE USERS VALUE VAULT VIDEO WALLET WATCH WEBSITE WIDGET WIDTH WRITER";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synonyms_and_plurals_have_one_canonical_word() {
        for (word, meant) in [
            ("DB", "DATABASE"),
            ("PWD", "PASSWORD"),
            ("URIS", "URL"),
            ("HOSTNAME", "HOST"),
            ("KEYS", "KEY"),
            ("ORDERS", "ORDER"),
            ("ACCESS", "ACCESS"),
            ("HTTPS", "HTTPS"),
            ("TLS", "TLS"),
            ("AWS", "AWS"),
            ("STRIPE", "STRIPE"),
        ] {
            assert_eq!(canonical(word), meant, "{word}");
        }
    }

    #[test]
    fn no_word_is_in_two_classes() {
        let words: Vec<_> = SYNONYMS.iter().flat_map(|class| *class).collect();
        let units: Vec<_> = UNITS.iter().flat_map(|(_, class)| *class).collect();
        for list in [words, units] {
            assert_eq!(list.len(), list.iter().collect::<std::collections::BTreeSet<_>>().len());
        }
    }

    #[test]
    fn every_group_has_a_reason() {
        assert!(MEANING.iter().all(|(words, reason)| !words.is_empty() && reason.len() > 4));
    }
}
