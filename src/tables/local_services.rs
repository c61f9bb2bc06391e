//! Third-party services that apps reach by a URL, and the variables by which their images are given credentials.

/// A kind of service.
#[derive(Debug)]
pub struct LocalService {
    /// The schemes of URLs that lead to it, the usual one first.
    pub schemes: &'static [&'static str],
    /// The port that it listens on.
    pub port: u16,
    /// What gives it its user, by image; and who it is where nothing does.
    pub user: (&'static [&'static str], &'static str),
    /// What gives it its password.
    pub password: &'static [&'static str],
    /// What gives it its database.
    pub database: &'static [&'static str],
    /// Why the names are what they are.
    pub reason: &'static str,
}

/// Every kind, by the schemes of its URLs.
pub static LOCAL_SERVICES: &[LocalService] = &[
    LocalService {
        schemes: &["postgresql", "postgres"],
        port: 5432,
        user: (&["POSTGRES_USER", "POSTGRESQL_USERNAME"], "postgres"),
        password: &["POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"],
        database: &["POSTGRES_DB", "POSTGRESQL_DATABASE"],
        reason: "the official image and Bitnami's",
    },
    LocalService {
        schemes: &["mysql", "mariadb"],
        port: 3306,
        user: (&["MYSQL_USER", "MARIADB_USER"], "root"),
        password: &["MYSQL_PASSWORD", "MARIADB_PASSWORD", "MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD"],
        database: &["MYSQL_DATABASE", "MARIADB_DATABASE"],
        reason: "the official images; without a user there is only root",
    },
    LocalService {
        schemes: &["mongodb"],
        port: 27017,
        user: (&["MONGO_INITDB_ROOT_USERNAME", "MONGODB_ROOT_USER"], ""),
        password: &["MONGO_INITDB_ROOT_PASSWORD", "MONGODB_ROOT_PASSWORD"],
        database: &["MONGO_INITDB_DATABASE"],
        reason: "the official image and Bitnami's; without them nobody has to log in",
    },
    LocalService {
        schemes: &["redis", "rediss"],
        port: 6379,
        user: (&[], ""),
        password: &["REDIS_PASSWORD", "VALKEY_PASSWORD"],
        database: &[],
        reason: "Bitnami's images",
    },
    LocalService {
        schemes: &["amqp"],
        port: 5672,
        user: (&["RABBITMQ_DEFAULT_USER"], "guest"),
        password: &["RABBITMQ_DEFAULT_PASS"],
        database: &["RABBITMQ_DEFAULT_VHOST"],
        reason: "the official image",
    },
];

/// The kind of service that a URL of a scheme leads to.
pub fn of_scheme(scheme: &str) -> Option<&'static LocalService> {
    LOCAL_SERVICES.iter().find(|service| service.schemes.iter().any(|known| known.eq_ignore_ascii_case(scheme)))
}
