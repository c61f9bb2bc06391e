//! Public variables: the prefixes by which frameworks inline them, and names that are public by design.

use std::sync::LazyLock;

use super::{Dependencies, Index, Row, any};

/// A prefix of names that a framework hands to the browser.
#[derive(Debug)]
pub struct PublicPrefix {
    /// The prefix, with its `_`.
    pub prefix: &'static str,
    /// The packages one of which makes it public; elsewhere it is a part of the name.
    pub packages: &'static [&'static str],
    /// Whether the value goes in at build time, as against run time.
    pub inlined: bool,
    /// How.
    pub reason: &'static str,
}

/// The public prefix of a name in an app with these dependencies, if it has one there.
pub fn public_prefix(name: &str, dependencies: &Dependencies) -> Option<&'static PublicPrefix> {
    PREFIXES.iter().find(|prefix| starts(name, prefix) && dependencies.has_any(prefix.packages))
}

/// The prefixes that make names public in an app with these dependencies.
pub fn prefixes(dependencies: &Dependencies) -> Vec<&'static str> {
    PREFIXES.iter().filter(|prefix| dependencies.has_any(prefix.packages)).map(|prefix| prefix.prefix).collect()
}

/// The prefix that some framework takes for public, whatever the app depends on, and the rest of the name.
pub fn possible_prefix(name: &str) -> Option<(&'static PublicPrefix, &str)> {
    PREFIXES
        .iter()
        .find(|prefix| starts(name, prefix))
        .and_then(|prefix| name.strip_prefix(prefix.prefix).map(|rest| (prefix, rest)))
}

/// Why a name is public by design; `rest` is what stands after its public prefix.
///
/// A name that [`is_evidently_secret`] is none, whatever else it holds.
pub fn public_by_design(rest: &str) -> Option<&'static Row> {
    static INDEX: LazyLock<Index<Row>> = LazyLock::new(|| Index::rows(BY_DESIGN));
    if is_evidently_secret(rest) { None } else { INDEX.row(rest) }
}

/// Whether a name is a secret's by itself, so that a public prefix before it is a fault; `rest` is what stands after
/// the prefix.
pub fn is_evidently_secret(rest: &str) -> bool {
    any(&["*SECRET*", "*PRIVATE_KEY*", "PASSWORD", "*_PASSWORD", "*SERVICE_ROLE_KEY"], rest)
        && !any(&["*DEMO*", "*NO_SECRET*"], rest)
        && !super::secret_names::is_about_a_secret(rest)
}

fn starts(name: &str, prefix: &PublicPrefix) -> bool {
    let is_long = name.len() > prefix.prefix.len();
    // Nearly every name differs from every prefix in its first letter.
    is_long && name.as_bytes().first() == prefix.prefix.as_bytes().first() && name.starts_with(prefix.prefix)
}

/// The prefixes; the longer ones first.
static PREFIXES: &[PublicPrefix] = &[
    PublicPrefix { prefix: "NEXT_PUBLIC_", packages: &["next"], inlined: true, reason: "inlined by `next build`" },
    PublicPrefix {
        prefix: "NUXT_PUBLIC_",
        packages: &["nuxt", "nuxt3", "nuxt-edge"],
        inlined: false,
        reason: "`runtimeConfig.public`: read by the server at start-up, at build time only by `nuxt generate`",
    },
    PublicPrefix { prefix: "EXPO_PUBLIC_", packages: &["expo"], inlined: true, reason: "inlined by Metro" },
    PublicPrefix {
        prefix: "REACT_APP_",
        packages: &["react-scripts", "@craco/craco", "react-app-rewired"],
        inlined: true,
        reason: "inlined by Create React App",
    },
    PublicPrefix { prefix: "VUE_APP_", packages: &["@vue/cli-service"], inlined: true, reason: "inlined by Vue CLI" },
    PublicPrefix { prefix: "GATSBY_", packages: &["gatsby"], inlined: true, reason: "inlined by Gatsby" },
    PublicPrefix {
        prefix: "VITE_",
        packages: &["vite", "@sveltejs/kit", "astro", "@solidjs/start", "vinxi", "@angular/build", "rolldown-vite"],
        inlined: true,
        reason: "inlined by Vite, unless `envPrefix` says otherwise",
    },
    PublicPrefix {
        prefix: "PUBLIC_",
        packages: &["@sveltejs/kit"],
        inlined: false,
        reason: "SvelteKit: `$env/dynamic/public` reads at run time, `$env/static/public` does not; nobody can tell",
    },
    PublicPrefix { prefix: "PUBLIC_", packages: &["astro"], inlined: true, reason: "inlined by Astro" },
];

static BY_DESIGN: &[Row] = &[
    Row::new(
        &["*PUBLISHABLE*", "PUBLIC_KEY", "*_PUBLIC_KEY", "PUBLIC_TOKEN", "*_PUBLIC_TOKEN"],
        "made to be published",
    ),
    Row::new(&["SITE_KEY", "*_SITE_KEY", "*SITEKEY", "*CAPTCHA_SITE*", "*TURNSTILE_SITE*"], "a captcha's public half"),
    Row::new(
        &["*ANON_KEY", "*SUPABASE_ANON*", "SUPABASE_URL", "*_SUPABASE_URL"],
        "Supabase's browser key, held by row rules",
    ),
    Row::new(&["CLIENT_ID", "*_CLIENT_ID", "APP_ID", "*_APP_ID", "*_APPLICATION_ID"], "an identifier that OAuth shows"),
    Row::new(
        &["*CLIENT_TOKEN"],
        "Datadog RUM, Meta, Paddle: the browser's own token; doubtful elsewhere, and silence is right where in doubt",
    ),
    Row::new(
        &[
            "*MEASUREMENT_ID",
            "*SENDER_ID",
            "*TRACKING_ID",
            "*CONTAINER_ID",
            "*PIXEL*",
            "GTM*",
            "*_GTM*",
            "GA_*",
            "*_GA_*",
        ],
        "analytics, seen in every page",
    ),
    Row::new(&["DSN", "*_DSN", "SENTRY_*", "*_SENTRY_*"], "Sentry's DSN may be published"),
    Row::new(
        &["POSTHOG_*", "*_POSTHOG_*", "*MIXPANEL_TOKEN", "*AMPLITUDE_*", "*SEGMENT_WRITE_KEY", "*RUDDERSTACK_*"],
        "product analytics: write-only keys",
    ),
    Row::new(&["*PLAUSIBLE_*", "*UMAMI_*", "*HOTJAR_*", "*CLARITY_*", "*LOGROCKET_*"], "web analytics"),
    Row::new(
        &["*BUGSNAG_*", "*ROLLBAR_CLIENT*", "*NEW_RELIC_BROWSER*", "*SESSION_RECORDER_KEY"],
        "error reporting from the browser",
    ),
    Row::new(&["FIREBASE_*", "*_FIREBASE_*"], "Firebase's web config, held by security rules"),
    Row::new(&["VAPID_*", "*_VAPID_*"], "the public half of web push"),
    Row::new(&["*GOOGLE_MAPS_*", "*MAPS_API_KEY", "*GOOGLE_FONTS_*"], "held by referrer"),
    Row::new(&["*MAPBOX_TOKEN", "*MAPBOX_ACCESS_TOKEN", "*MAPTILER_*"], "map tiles, held by referrer"),
    Row::new(&["*GIPHY_*", "*UNSPLASH_ACCESS_KEY", "*PEXELS_API_KEY", "TENOR_*", "*_TENOR_*"], "media search"),
    Row::new(
        &[
            "*ALGOLIA_SEARCH_*",
            "*ALGOLIA_APP*",
            "*SEARCH_KEY",
            "*SEARCH_ONLY_KEY",
            "*SEARCH_API_KEY",
            "*SEARCH_ONLY_API_KEY",
            "*TYPESENSE_SEARCH*",
            "*MEILI*SEARCH*",
        ],
        "search-only keys",
    ),
    Row::new(
        &["*STRIPE_PUBLI*", "*PAYPAL_CLIENT_ID", "*PADDLE_CLIENT_TOKEN", "*RAZORPAY_KEY_ID"],
        "the browser's half of a payment",
    ),
    Row::new(
        &["*PUSHER_*KEY", "*LIVEBLOCKS_PUBLIC*", "*STREAM_API_KEY", "*KNOCK_PUBLIC*"],
        "the browser's half of a real-time service",
    ),
    Row::new(&["*ABLY_*KEY"], "may be a subscribe-only key; doubtful, so it is left alone"),
    Row::new(&["*INTERCOM_APP_ID", "*CRISP_*", "*TAWK_*", "*CHATWOOT_*"], "chat widgets"),
    Row::new(
        &["*WALLETCONNECT_PROJECT_ID", "*REOWN_PROJECT_ID", "*ALCHEMY_*", "*INFURA_*", "*THIRDWEB_CLIENT*"],
        "chain gateways, held by domain",
    ),
    Row::new(&["*PRIVY_APP*", "*DYNAMIC_ENV*", "*MAGIC_PUBLISHABLE*"], "wallet logins"),
    Row::new(&["CLERK_*", "*_CLERK_*", "AUTH0_*", "*_AUTH0_*", "COGNITO_*", "*_COGNITO_*"], "logins in the browser"),
    Row::new(
        &["*LAUNCHDARKLY_CLIENT*", "*STATSIG_CLIENT*", "*GROWTHBOOK_CLIENT*", "*FLAGSMITH_*", "*CONFIGCAT_*"],
        "feature flags in the browser",
    ),
    Row::new(&["*TOLGEE_API_KEY"], "in-context translation, in development only; doubtful, so it is left alone"),
    Row::new(
        &["LICENSE_KEY", "*_LICENSE_KEY", "*TINYMCE_*"],
        "MUI, AG Grid, Tiptap, TinyMCE: meant for the browser; doubtful elsewhere, so it is left alone",
    ),
    Row::new(&["*ENABLE*", "*DISABLE*", "*ALLOW*", "*_ENABLED", "*_REQUIRED"], "a flag, whatever it is about"),
    Row::new(
        &[
            "URL",
            "*_URL",
            "HOST",
            "*_HOST",
            "DOMAIN",
            "*_DOMAIN",
            "PATH",
            "*_PATH",
            "NAME",
            "*_NAME",
            "VERSION",
            "*_VERSION",
            "ENV",
            "*_ENV",
            "REGION",
            "*_REGION",
        ],
        "an address or a label",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn with(packages: &[&str]) -> Dependencies {
        packages.iter().copied().collect()
    }

    #[test]
    fn every_row_has_its_names_once_and_a_reason() {
        super::super::tests::is_sound(BY_DESIGN.iter());
        for (at, prefix) in PREFIXES.iter().enumerate() {
            assert!(!prefix.packages.is_empty() && prefix.reason.len() > 3, "{prefix:?}");
            let hides =
                |later: &&PublicPrefix| later.prefix != prefix.prefix && later.prefix.starts_with(prefix.prefix);
            assert!(PREFIXES[at..].iter().find(hides).is_none(), "{} hides a longer one", prefix.prefix);
        }
    }

    #[test]
    fn a_prefix_is_public_with_its_framework_only() {
        let prefix = |name, packages: &[&str]| public_prefix(name, &with(packages)).map(|found| found.prefix);
        assert_eq!(prefix("NEXT_PUBLIC_URL", &["next"]), Some("NEXT_PUBLIC_"));
        assert_eq!(prefix("NEXT_PUBLIC_URL", &["vite"]), None);
        assert_eq!(prefix("VITE_URL", &["vite"]), Some("VITE_"));
        assert_eq!(prefix("PUBLIC_URL", &["astro"]), Some("PUBLIC_"));
        assert_eq!(prefix("PUBLIC_URL", &["react-scripts"]), None);
        assert_eq!(prefix("REACT_APP_URL", &["react-scripts"]), Some("REACT_APP_"));
        assert_eq!(prefix("VITE_", &["vite"]), None);
        assert!(public_prefix("VITE_URL", &Dependencies::unknown()).is_none());
    }

    #[test]
    fn a_possible_prefix_needs_no_framework() {
        assert_eq!(possible_prefix("EXPO_PUBLIC_A").map(|(_, rest)| rest), Some("A"));
        assert!(possible_prefix("DATABASE_URL").is_none() && possible_prefix("VITE_").is_none());
    }

    #[test]
    fn public_by_design_is_told_by_name() {
        for rest in [
            "POSTHOG_KEY",
            "STRIPE_PUBLISHABLE_KEY",
            "SUPABASE_ANON_KEY",
            "SENTRY_DSN",
            "FIREBASE_API_KEY",
            "GA_ID",
            "AUTH0_CLIENT_ID",
            "CLERK_PUBLISHABLE_KEY",
            "MAPBOX_ACCESS_TOKEN",
            "API_URL",
            "URL",
            "RECAPTCHA_SITE_KEY",
            "VAPID_PUBLIC_KEY",
            "PASSWORD_LOGIN_ENABLED",
        ] {
            assert!(public_by_design(rest).is_some(), "{rest}");
        }
    }

    #[test]
    fn a_secret_is_never_public_by_design() {
        for rest in
            ["CLERK_SECRET_KEY", "FIREBASE_PRIVATE_KEY", "SENTRY_AUTH_SECRET", "ADMIN_PASSWORD", "AUTH0_CLIENT_SECRET"]
        {
            assert!(public_by_design(rest).is_none() && is_evidently_secret(rest), "{rest}");
        }
        for rest in ["OPENAI_API_KEY", "API_TOKEN", "MEGA_KEY"] {
            assert!(public_by_design(rest).is_none() && !is_evidently_secret(rest), "{rest}");
        }
    }

    #[test]
    fn a_flag_or_a_label_about_a_secret_is_no_secret() {
        for rest in ["SECRET_SANTA_ENABLED", "ENABLE_PASSWORD", "DEMO_PASSWORD", "SECRET_NAME", "CLIENT_SECRET_URL"] {
            assert!(!is_evidently_secret(rest), "{rest}");
        }
    }
}
