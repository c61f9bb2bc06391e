//! Names that platforms, CI systems, tools and shells give or read: never undeclared, undocumented, unused or renamed.
//! A name that an app *declares* is an ordinary one all the same; that is for the caller to see.

use std::sync::LazyLock;

use super::{Index, Row};
use crate::name::{Name, Question};

/// What gives a platform name, or reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The operating system or a shell.
    Shell,
    /// A language's run time or its package manager.
    Runtime,
    /// A build or test tool.
    Tool,
    /// A CI system.
    Ci,
    /// A host: what an app runs on.
    Host,
    /// Build metadata: a commit, a version, a date. Also never missing.
    Stamp,
}

/// A place in which further names are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A GitHub workflow.
    Workflow,
    /// A Dockerfile, of an image that is being built.
    ImageBuild,
    /// The arguments that `FROM` lines use.
    ImageChoice,
    /// `import.meta.env` under Vite or Bun.
    ViteSource,
    /// Cloud Build's substitutions.
    CloudBuild,
    /// A site on Netlify.
    Netlify,
    /// A container of a Cloud Run service.
    CloudRunService,
    /// A task of a Cloud Run job.
    CloudRunJob,
}

/// Whether [`platform`] knows a variable, remembered.
pub fn is_platform_name(name: &Name) -> bool {
    name.ask(Question::Platform, |name| platform(name).is_some())
}

/// What gives or reads the name, and why it is in the table; `None` for an ordinary name.
pub fn platform(name: &str) -> Option<(Kind, &'static Row)> {
    static INDEX: LazyLock<Index<(Kind, Row)>> = LazyLock::new(|| Index::new(PLATFORM, |(_, row)| row.names));
    INDEX.find(name, |(_, row)| !super::any(row.except, name)).map(|(kind, row)| (*kind, row))
}

/// Why a name is given in a place, beyond what [`platform`] knows.
pub fn given_in(place: Place, name: &str) -> Option<&'static Row> {
    PLACES.iter().find(|(given, row)| *given == place && row.holds(name)).map(|(_, row)| row)
}

const PROXIES: &[&str] = &[
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "all_proxy",
    "no_proxy",
];

const fn row(kind: Kind, names: &'static [&'static str], reason: &'static str) -> (Kind, Row) {
    (kind, Row::new(names, reason))
}

const fn row_except(
    kind: Kind,
    names: &'static [&'static str],
    except: &'static [&'static str],
    reason: &'static str,
) -> (Kind, Row) {
    (kind, Row { names, except, reason })
}

static PLATFORM: &[(Kind, Row)] = &[
    // The operating system and its shells.
    row(Kind::Shell, &["PATH", "HOME", "USER", "LOGNAME", "USERNAME", "SHELL", "PWD", "OLDPWD"], "set by every login"),
    row(Kind::Shell, &["TERM", "COLORTERM", "COLUMNS", "LINES", "DISPLAY"], "describes the terminal"),
    row(Kind::Shell, &["NO_COLOR", "FORCE_COLOR", "CLICOLOR*"], "asks programs for colour or for none"),
    row(Kind::Shell, &["LANG", "LANGUAGE", "LC_*", "TZ"], "locale and time zone"),
    row(Kind::Shell, &["TMPDIR", "TEMP", "TMP", "XDG_*"], "where files go"),
    row(Kind::Shell, &["EDITOR", "VISUAL", "PAGER"], "what a user works with"),
    row(Kind::Shell, &["HOSTNAME", "HOST"], "the machine, or the address to bind"),
    row(Kind::Shell, &["UID", "GID", "PUID", "PGID", "UMASK", "WWWUSER", "WWWGROUP"], "owner of files in containers"),
    row(Kind::Shell, &["SSH_*"], "set by ssh and its agent"),
    row(Kind::Shell, &["DEBIAN_FRONTEND"], "read by apt"),
    row(Kind::Shell, &["MALLOC_*", "LD_*"], "read by libc and the dynamic linker"),
    row(Kind::Shell, &["SSL_CERT_*", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"], "where TLS libraries find authorities"),
    row(Kind::Shell, PROXIES, "read by every HTTP client"),
    row(Kind::Shell, &["APPDATA", "LOCALAPPDATA", "PROGRAMFILES*", "SYSTEMROOT", "COMSPEC", "WSL_*"], "Windows"),
    // Languages and their package managers.
    row(Kind::Runtime, &["NODE_ENV", "NODE_OPTIONS", "NODE_PATH", "UV_THREADPOOL_SIZE"], "read by Node.js"),
    row(Kind::Runtime, &["NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED"], "read by Node.js for TLS"),
    row(Kind::Runtime, &["PORT", "BIND", "DEBUG"], "a convention of hosts and servers"),
    row(Kind::Runtime, &["LOG_LEVEL"], "a convention; doubtful, so it excuses like the rest and requires nothing"),
    row(Kind::Runtime, &["INIT_CWD", "npm_*", "NPM_*", "YARN_*", "PNPM_*", "COREPACK_*"], "package managers of npm"),
    row(Kind::Runtime, &["BUN_*", "DENO_*"], "read by Bun and Deno"),
    row(Kind::Runtime, &["VOLTA_*", "NVM_*", "ASDF_*", "MISE_*"], "version managers"),
    row(Kind::Runtime, &["PYTHON*", "VIRTUAL_ENV", "CONDA_*"], "read by Python or set by its environments"),
    row(Kind::Runtime, &["PIP_*", "UV_*", "POETRY_*", "PIPENV_*"], "package managers of Python"),
    row(Kind::Runtime, &["DJANGO_SETTINGS_MODULE", "FLASK_APP", "FLASK_ENV", "FLASK_DEBUG"], "read by the framework"),
    row(Kind::Runtime, &["WEB_CONCURRENCY", "GUNICORN_*", "UVICORN_*"], "read by the server of the app"),
    row(Kind::Runtime, &["RAILS_ENV", "RACK_ENV", "RAILS_LOG_TO_STDOUT", "RAILS_SERVE_STATIC_FILES"], "read by Rails"),
    row(Kind::Runtime, &["RUBY*", "GEM_*", "BUNDLE_*", "BOOTSNAP_*"], "read by Ruby and its tools"),
    row(
        Kind::Runtime,
        &[
            "GO111MODULE",
            "GOPATH",
            "GOROOT",
            "GOBIN",
            "GOOS",
            "GOARCH",
            "GOARM*",
            "GOAMD64",
            "GOFLAGS",
            "GOPROXY",
            "GOPRIVATE",
            "GONOPROXY",
            "GONOSUMDB",
            "GONOSUMCHECK",
            "GOSUMDB",
            "GOCACHE",
            "GOMODCACHE",
            "GOTMPDIR",
            "GOTOOLCHAIN",
            "GOWORK",
            "GOEXPERIMENT",
            "GODEBUG",
            "GOMAXPROCS",
            "GOMEMLIMIT",
            "GOGC",
            "GOTRACEBACK",
            "GOENV",
            "GOINSECURE",
            "GOVCS",
            "GOCOVERDIR",
            "GO_VERSION",
            "CGO_*",
        ],
        "read by Go; spelt out, since `GO*` would take GOOGLE_* and GOTRUE_*",
    ),
    row(Kind::Runtime, &["GIN_MODE"], "read by Gin"),
    row(Kind::Runtime, &["CARGO_*", "RUST_*", "RUSTFLAGS", "RUSTUP_*"], "read by Rust, Cargo and env_logger"),
    row(Kind::Runtime, &["JAVA_*", "JDK_*", "MAVEN_*", "GRADLE_*"], "read by the JVM and its build tools"),
    row(Kind::Runtime, &["ASPNETCORE_*", "DOTNET_*"], "read by .NET"),
    row(Kind::Runtime, &["PHP_*", "COMPOSER_*"], "read by PHP images and Composer"),
    row(Kind::Runtime, &["MIX_ENV"], "read by Elixir's Mix"),
    // Build and test tools.
    row(Kind::Tool, &["TURBO_*", "NX_*", "LERNA_*"], "monorepo tools"),
    row(Kind::Tool, &["HUSKY", "HUSKY_*", "LEFTHOOK*"], "git hooks"),
    row(Kind::Tool, &["VITEST*", "JEST_*", "PLAYWRIGHT_*", "CYPRESS_*"], "test runners of JavaScript"),
    row(Kind::Tool, &["PYTEST_*", "TOX_*", "COVERAGE_*"], "test runners of Python"),
    row(Kind::Tool, &["STORYBOOK_*", "CHROMATIC_*"], "Storybook"),
    row(Kind::Tool, &["BROWSER", "BROWSERSLIST*", "ANALYZE"], "bundlers and development servers"),
    row(Kind::Tool, &["SKIP_ENV_VALIDATION"], "turns a schema off; `skipped-validation` looks at it"),
    row(Kind::Tool, &["CHECKPOINT_DISABLE", "DO_NOT_TRACK"], "asks tools not to phone home"),
    row(
        Kind::Tool,
        &[
            "NEXT_TELEMETRY_DISABLED",
            "NUXT_TELEMETRY_DISABLED",
            "ASTRO_TELEMETRY_DISABLED",
            "GATSBY_TELEMETRY_DISABLED",
        ],
        "telemetry switches of frameworks",
    ),
    row(
        Kind::Tool,
        &["NEXT_RUNTIME", "NEXT_PHASE", "NEXT_MANUAL_SIG_HANDLE", "NEXT_DEPLOYMENT_ID", "__NEXT_*"],
        "set or read by Next.js",
    ),
    row_except(Kind::Tool, &["PRISMA_*"], &["*_URL"], "read by Prisma's engines; a URL is the app's own"),
    row(Kind::Tool, &["TAURI_*", "EAS_*", "EXPO_TOKEN", "ELECTRON_*"], "build tools of desktop and mobile apps"),
    row(Kind::Tool, &["PUPPETEER_*", "CHROME_*"], "headless browsers"),
    row_except(Kind::Tool, &["TF_*"], &["TF_VAR_*"], "read by Terraform; TF_VAR_* are the module's variables"),
    row(Kind::Tool, &["TERRAFORM_*", "ANSIBLE_*", "KUBECONFIG", "HELM_*"], "infrastructure tools"),
    row(Kind::Tool, &["DOCKER_*", "BUILDKIT_*", "BUILDX_*", "COMPOSE_*", "PORTAINER_*"], "read by Docker"),
    // CI.
    row(Kind::Ci, &["CI", "CI_*", "CONTINUOUS_INTEGRATION"], "set by nearly every CI system"),
    row_except(
        Kind::Ci,
        &["GITHUB_*"],
        &[
            "GITHUB_TOKEN",
            "GITHUB_CLIENT_*",
            "GITHUB_APP_*",
            "GITHUB_OAUTH_*",
            "GITHUB_WEBHOOK_*",
            "GITHUB_SECRET",
            "GITHUB_ID",
        ],
        "set by GitHub Actions, which forbids the prefix for own settings; a token or OAuth app is the app's setting",
    ),
    row(Kind::Ci, &["GH_TOKEN", "RUNNER_*", "ACTIONS_*", "ImageOS", "ImageVersion"], "GitHub's runners and its CLI"),
    row_except(
        Kind::Ci,
        &["GITLAB_*"],
        &["GITLAB_TOKEN", "GITLAB_CLIENT_*", "GITLAB_OAUTH_*", "GITLAB_SECRET", "GITLAB_ID"],
        "set by GitLab CI; a token or OAuth app is the app's setting",
    ),
    row(
        Kind::Ci,
        &["TRAVIS", "TRAVIS_*", "BUILDKITE*", "DRONE", "DRONE_*", "SEMAPHORE*", "APPVEYOR*"],
        "hosted CI systems",
    ),
    row_except(
        Kind::Ci,
        &["CIRCLECI", "CIRCLE_*"],
        &["CIRCLE_API_*"],
        "set by CircleCI; Circle's payments have an API key of that prefix",
    ),
    row(Kind::Ci, &["JENKINS_*", "BUILD_ID", "BUILD_NUMBER", "BUILD_URL", "JOB_NAME", "WORKSPACE"], "set by Jenkins"),
    row_except(
        Kind::Ci,
        &["BITBUCKET_*"],
        &["BITBUCKET_CLIENT_*", "BITBUCKET_SECRET"],
        "set by Bitbucket Pipelines; an OAuth app is the app's setting",
    ),
    row(Kind::Ci, &["TEAMCITY_*", "TF_BUILD", "AGENT_*", "SYSTEM_*"], "TeamCity and Azure Pipelines"),
    row(Kind::Ci, &["CODEBUILD_*", "CODESPACE*", "GITPOD_*", "CM_*", "BITRISE_*"], "cloud builds and workspaces"),
    // Hosts.
    row(Kind::Host, &["VERCEL", "VERCEL_*", "NEXT_PUBLIC_VERCEL_*"], "set by Vercel"),
    row(
        Kind::Host,
        &["NETLIFY", "NETLIFY_*", "DEPLOY_URL", "DEPLOY_PRIME_URL", "CONTEXT", "COMMIT_REF"],
        "set by Netlify",
    ),
    row(Kind::Host, &["CF_PAGES*", "WORKERS_CI*"], "set by Cloudflare's builds"),
    row(Kind::Host, &["RAILWAY_*"], "set by Railway"),
    row(Kind::Host, &["RENDER", "RENDER_*"], "set by Render"),
    row(Kind::Host, &["FLY_*", "PRIMARY_REGION"], "set by Fly.io"),
    row(Kind::Host, &["HEROKU_*", "DYNO", "SOURCE_VERSION", "STACK"], "set by Heroku"),
    row(Kind::Host, &["DIGITALOCEAN_*", "KOYEB_*", "NORTHFLANK_*", "PLATFORM_*"], "set by smaller hosts"),
    row(
        Kind::Host,
        &["COOLIFY_*", "SERVICE_FQDN_*", "SERVICE_URL_*", "SERVICE_USER_*", "SERVICE_PASSWORD_*", "SERVICE_BASE64_*"],
        "made up by Coolify",
    ),
    row(Kind::Host, &["K_SERVICE", "K_REVISION", "K_CONFIGURATION", "CLOUD_RUN_*"], "set by Cloud Run and Knative"),
    row(Kind::Host, &["FUNCTION_*", "GAE_*"], "set by Cloud Functions and App Engine"),
    row(
        Kind::Host,
        &["GCLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCP_PROJECT"],
        "read by Google's libraries; nobody gives it on Cloud Run",
    ),
    row(Kind::Host, &["AWS_LAMBDA_*", "AWS_EXECUTION_ENV", "_HANDLER", "LAMBDA_*"], "set by AWS Lambda"),
    row(
        Kind::Host,
        &["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONTAINER_*", "ECS_*"],
        "set by AWS' container services",
    ),
    row(Kind::Host, &["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SESSION_TOKEN"], "set by AWS' identities"),
    row(
        Kind::Host,
        &["WEBSITE_*", "APPSETTING_*", "AZURE_FUNCTIONS_*", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_*"],
        "set by Azure App Service",
    ),
    row(
        Kind::Host,
        &["KUBERNETES_*", "*_SERVICE_HOST", "*_SERVICE_PORT*", "POD_NAME", "POD_IP", "POD_NAMESPACE", "NODE_NAME"],
        "set by Kubernetes",
    ),
    row(
        Kind::Host,
        &[
            "*_PORT_0*_TCP*",
            "*_PORT_1*_TCP*",
            "*_PORT_2*_TCP*",
            "*_PORT_3*_TCP*",
            "*_PORT_4*_TCP*",
            "*_PORT_5*_TCP*",
            "*_PORT_6*_TCP*",
            "*_PORT_7*_TCP*",
            "*_PORT_8*_TCP*",
            "*_PORT_9*_TCP*",
        ],
        "links of Docker and Kubernetes",
    ),
    row(Kind::Host, &["NOMAD_*", "CONSUL_*"], "set by Nomad and Consul"),
    // Build metadata.
    row(
        Kind::Stamp,
        &["SOURCE_COMMIT", "GIT_SHA", "GIT_COMMIT", "COMMIT_SHA", "COMMIT_HASH", "SHORT_SHA"],
        "the commit",
    ),
    row(Kind::Stamp, &["REVISION", "BRANCH_NAME", "TAG_NAME", "IMAGE_TAG"], "where the build comes from"),
    row(Kind::Stamp, &["BUILD_DATE", "BUILD_TIME"], "when it was built"),
    row(
        Kind::Stamp,
        &["RELEASE", "RELEASE_VERSION", "APP_VERSION", "NEXT_PUBLIC_APP_VERSION", "SENTRY_RELEASE"],
        "which release it is",
    ),
];

static PLACES: &[(Place, Row)] = &[
    (Place::Workflow, Row::new(&["GITHUB_TOKEN"], "every job has it; anywhere else it is the app's setting")),
    (
        Place::ImageBuild,
        Row::new(
            &[
                "TARGETPLATFORM",
                "TARGETOS",
                "TARGETARCH",
                "TARGETVARIANT",
                "BUILDPLATFORM",
                "BUILDOS",
                "BUILDARCH",
                "BUILDVARIANT",
                "SOURCE_DATE_EPOCH",
            ],
            "predefined by BuildKit",
        ),
    ),
    (Place::ImageBuild, Row::new(PROXIES, "predefined by Docker")),
    (Place::ImageBuild, Row::new(&["BUILDKIT_*"], "switches of BuildKit itself")),
    (Place::ImageChoice, Row::new(&["*_VERSION", "*_IMAGE", "*_TAG"], "picks the base image")),
    (Place::ViteSource, Row::new(&["MODE", "DEV", "PROD", "SSR", "BASE_URL"], "built into `import.meta.env`")),
    (
        Place::CloudBuild,
        Row::new(
            &[
                "PROJECT_ID",
                "PROJECT_NUMBER",
                "BUILD_ID",
                "COMMIT_SHA",
                "SHORT_SHA",
                "REPO_NAME",
                "BRANCH_NAME",
                "TAG_NAME",
                "REVISION_ID",
                "LOCATION",
                "TRIGGER_*",
            ],
            "substitutions that Cloud Build knows",
        ),
    ),
    (Place::CloudBuild, Row::new(&["_*", "$$*"], "the trigger's own substitutions, and what a step's shell reads")),
    (
        Place::CloudRunService,
        Row::new(&["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"], "set in every container that takes requests"),
    ),
    (
        Place::CloudRunJob,
        Row::new(
            &[
                "CLOUD_RUN_JOB",
                "CLOUD_RUN_EXECUTION",
                "CLOUD_RUN_TASK_INDEX",
                "CLOUD_RUN_TASK_ATTEMPT",
                "CLOUD_RUN_TASK_COUNT",
            ],
            "set in every task",
        ),
    ),
    (Place::Netlify, Row::new(&["URL"], "the site's address; elsewhere `URL` is an ordinary name")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_names_are_known_by_kind() {
        for (name, kind) in [
            ("PATH", Kind::Shell),
            ("LC_ALL", Kind::Shell),
            ("https_proxy", Kind::Shell),
            ("PORT", Kind::Runtime),
            ("npm_config_user_agent", Kind::Runtime),
            ("GOPROXY", Kind::Runtime),
            ("SKIP_ENV_VALIDATION", Kind::Tool),
            ("PRISMA_CLIENT_ENGINE_TYPE", Kind::Tool),
            ("TF_LOG", Kind::Tool),
            ("CI", Kind::Ci),
            ("GITHUB_SHA", Kind::Ci),
            ("VERCEL_URL", Kind::Host),
            ("K_SERVICE", Kind::Host),
            ("API_SERVICE_HOST", Kind::Host),
            ("REDIS_PORT_6379_TCP_ADDR", Kind::Host),
            ("GIT_SHA", Kind::Stamp),
            ("NEXT_PUBLIC_APP_VERSION", Kind::Stamp),
        ] {
            assert_eq!(platform(name).map(|(found, _)| found), Some(kind), "{name}");
        }
    }

    #[test]
    fn names_of_apps_are_not_of_the_platform() {
        for name in [
            "DATABASE_URL",
            "GITHUB_TOKEN",
            "GITHUB_CLIENT_SECRET",
            "TF_VAR_region",
            "PRISMA_DATABASE_URL",
            "URL",
            "PATHS",
            "GOOGLE_CLIENT_ID",
            "GOAL_LIMIT",
            "MODE",
            "PROD",
            "REDIS_PORT_TCP",
            "",
            "path",
            "CIRCLE_API_KEY",
            "STACK_NAME",
        ] {
            assert!(platform(name).is_none(), "{name}");
        }
    }

    #[test]
    fn some_names_are_given_in_one_place_only() {
        assert!(given_in(Place::Workflow, "GITHUB_TOKEN").is_some());
        assert!(given_in(Place::ImageBuild, "GITHUB_TOKEN").is_none());
        assert!(given_in(Place::ImageBuild, "TARGETARCH").is_some());
        assert!(given_in(Place::ImageChoice, "NODE_VERSION").is_some());
        assert!(given_in(Place::ViteSource, "BASE_URL").is_some());
        assert!(given_in(Place::CloudBuild, "_REGION").is_some());
        assert!(given_in(Place::CloudBuild, "REGION").is_none());
        assert!(given_in(Place::Netlify, "URL").is_some());
        assert!(given_in(Place::CloudRunService, "PORT").is_some());
        assert!(given_in(Place::CloudRunJob, "PORT").is_none());
    }

    #[test]
    fn every_row_has_its_names_once_and_a_reason() {
        super::super::tests::is_sound(PLATFORM.iter().map(|(_, row)| row));
        let places: std::collections::BTreeSet<_> = PLACES.iter().map(|(place, _)| format!("{place:?}")).collect();
        for place in places {
            let of_place = PLACES.iter().filter(|(of, _)| format!("{of:?}") == place);
            super::super::tests::is_sound(of_place.map(|(_, row)| row));
        }
    }
}
