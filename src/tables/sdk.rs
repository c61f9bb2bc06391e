//! Names that SDKs and frameworks read by themselves: no code of the app names them, and they are used all the same.
//! Excused is not given: no row fills a requirement, and a name that the app declares is an ordinary one.

use std::sync::LazyLock;

use super::{Dependencies, Index};

/// Names that one SDK reads.
#[derive(Debug)]
pub struct Sdk {
    /// Globs of names, matched whole.
    pub names: &'static [&'static str],
    /// Globs of the packages (of any registry) that read them; empty: no package is needed for it.
    pub packages: &'static [&'static str],
    /// What reads them.
    pub reason: &'static str,
}

/// The SDK of the app that reads a name by itself. Without a readable manifest every row applies.
pub fn read_by_sdk(name: &str, dependencies: &Dependencies) -> Option<&'static Sdk> {
    static INDEX: LazyLock<Index<Sdk>> = LazyLock::new(|| Index::new(SDKS, |sdk| sdk.names));
    INDEX.find(name, |sdk| sdk.packages.is_empty() || !dependencies.is_known() || dependencies.has_any(sdk.packages))
}

const fn sdk(names: &'static [&'static str], packages: &'static [&'static str], reason: &'static str) -> Sdk {
    Sdk { names, packages, reason }
}

static SDKS: &[Sdk] = &[
    // Authentication.
    sdk(
        &[
            "NEXTAUTH_*",
            "AUTH_SECRET",
            "AUTH_URL",
            "AUTH_TRUST_HOST",
            "AUTH_REDIRECT_PROXY_URL",
            "AUTH_*_ID",
            "AUTH_*_SECRET",
            "AUTH_*_ISSUER",
            "AUTH_*_KEY",
        ],
        &["next-auth", "@auth/*", "nuxt-auth-utils"],
        "Auth.js infers them from the provider's name",
    ),
    sdk(
        // Not `AUTH_SECRET`, its fallback: where that one stands, the proper name is meant.
        &["BETTER_AUTH_SECRET", "BETTER_AUTH_URL", "BETTER_AUTH_TRUSTED_ORIGINS"],
        &["better-auth", "@better-auth/*"],
        "Better Auth reads them where the options lack them",
    ),
    sdk(&["CLERK_*", "NEXT_PUBLIC_CLERK_*", "VITE_CLERK_*", "EXPO_PUBLIC_CLERK_*"], &["*clerk*"], "Clerk"),
    sdk(&["KINDE_*"], &["*kinde*"], "Kinde"),
    sdk(&["AUTH0_*"], &["*auth0*"], "Auth0"),
    sdk(&["WORKOS_*"], &["*workos*"], "WorkOS"),
    sdk(&["STACK_*"], &["@stackframe/*"], "Stack Auth"),
    sdk(&["SUPABASE_*"], &["*supabase*"], "the Supabase CLI reads them for `config.toml`"),
    sdk(&["OAUTHLIB_*"], &["*oauthlib*", "authlib"], "oauthlib's switches"),
    // Telemetry.
    sdk(&["SENTRY_*", "NEXT_PUBLIC_SENTRY_*"], &["*sentry*"], "the SDKs and the build plugins of Sentry"),
    sdk(&["OTEL_*"], &[], "OpenTelemetry is often injected by an agent, without a dependency"),
    sdk(&["DD_*"], &[], "Datadog's agents are injected"),
    sdk(&["NEW_RELIC_*", "NRIA_*"], &[], "New Relic's agents are injected"),
    sdk(&["ELASTIC_APM_*"], &[], "Elastic's agents are injected"),
    sdk(&["HONEYCOMB_*"], &["*honeycomb*", "*opentelemetry*"], "Honeycomb's distributions"),
    sdk(&["LOGTAIL_*", "BETTER_STACK_*"], &["*logtail*"], "Better Stack"),
    sdk(&["BASELIME_*"], &["*baselime*"], "Baselime"),
    sdk(&["AXIOM_*"], &["*axiom*"], "Axiom"),
    sdk(&["POSTHOG_*"], &["*posthog*"], "PostHog's server SDKs and its source map upload"),
    sdk(&["APPLICATIONINSIGHTS_CONNECTION_STRING"], &[], "Azure's agents are injected"),
    // Clouds: their CLIs read the same names, without a dependency.
    sdk(&["AWS_*", "BOTO_*"], &[], "AWS' SDKs and its CLI"),
    sdk(
        &["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_*", "GCLOUD_*", "CLOUDSDK_*"],
        &[],
        "Google's libraries and gcloud",
    ),
    sdk(&["*_EMULATOR_HOST"], &[], "Google's libraries turn to an emulator"),
    sdk(&["FIREBASE_*", "FIRESTORE_*"], &["*firebase*", "*firestore*"], "Firebase's Admin SDK and CLI"),
    sdk(
        &["AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID", "AZURE_STORAGE_*", "AZURE_*"],
        &[],
        "Azure's default credential and CLI",
    ),
    sdk(&["OCI_CLI_*"], &[], "Oracle's CLI"),
    // Language models.
    sdk(
        &["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG*"],
        &[
            "*openai*",
            "*langchain*",
            "*llama*index*",
            "litellm",
            "ai",
            "*instructor*",
            "crewai",
            "pydantic-ai*",
            "*mem0*",
        ],
        "OpenAI's SDKs and what builds on them",
    ),
    sdk(
        &["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"],
        &["*anthropic*", "@ai-sdk/*", "*langchain*", "litellm", "ai", "crewai", "pydantic-ai*"],
        "Anthropic's SDKs and what builds on them",
    ),
    sdk(
        &["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY", "GOOGLE_VERTEX_*"],
        &["*genai*", "*generative*ai*", "@ai-sdk/google*", "*vertex*", "*langchain*", "litellm", "ai", "pydantic-ai*"],
        "Google's generative SDKs",
    ),
    sdk(
        &["AZURE_OPENAI_*", "AZURE_RESOURCE_NAME"],
        &["*openai*", "@ai-sdk/*", "*langchain*", "litellm", "ai"],
        "the Azure side of OpenAI's SDKs",
    ),
    sdk(&["MISTRAL_API_KEY"], &["*mistral*", "*langchain*", "litellm", "ai"], "Mistral"),
    sdk(&["GROQ_API_KEY"], &["*groq*", "*langchain*", "litellm", "ai"], "Groq"),
    sdk(&["COHERE_API_KEY", "CO_API_KEY"], &["*cohere*", "*langchain*", "litellm", "ai"], "Cohere"),
    sdk(&["FIREWORKS_API_KEY"], &["*fireworks*", "*langchain*", "litellm", "ai"], "Fireworks"),
    sdk(&["TOGETHER_*"], &["*together*", "*langchain*", "litellm", "ai"], "Together"),
    sdk(
        &["PERPLEXITY_API_KEY", "XAI_API_KEY", "DEEPSEEK_API_KEY"],
        &["@ai-sdk/*", "*langchain*", "litellm", "ai", "*perplexity*", "*xai*", "*deepseek*"],
        "providers of the AI SDK and LiteLLM",
    ),
    sdk(&["REPLICATE_API_TOKEN"], &["*replicate*"], "Replicate"),
    sdk(&["FAL_KEY"], &["*fal-ai*", "@ai-sdk/fal", "fal", "fal-client"], "fal"),
    sdk(
        &["HF_*", "HUGGINGFACE_*", "TRANSFORMERS_*"],
        &["*huggingface*", "transformers", "datasets", "diffusers", "sentence-transformers", "*langchain*", "vllm"],
        "Hugging Face's libraries",
    ),
    sdk(&["LANGCHAIN_*", "LANGSMITH_*"], &["*langchain*", "*langsmith*", "*langgraph*"], "LangChain's tracing"),
    sdk(&["LANGFUSE_*"], &["*langfuse*"], "Langfuse"),
    sdk(&["HELICONE_*"], &["*helicone*"], "Helicone"),
    sdk(&["AI_GATEWAY_API_KEY"], &["ai", "@ai-sdk/*"], "the AI SDK's gateway"),
    sdk(&["ELEVENLABS_API_KEY"], &["*elevenlabs*"], "ElevenLabs"),
    // Payments and mail.
    sdk(&["STRIPE_API_KEY", "STRIPE_DEVICE_NAME"], &[], "the Stripe CLI only; the SDK is given its key"),
    sdk(&["RESEND_API_KEY"], &["*resend*"], "Resend's SDK, where the constructor gets no key"),
    sdk(&["SENDGRID_API_KEY"], &["*sendgrid*"], "SendGrid"),
    sdk(&["POSTMARK_*"], &["*postmark*"], "Postmark"),
    sdk(&["MAILGUN_*"], &["*mailgun*"], "Mailgun"),
    sdk(&["TWILIO_*"], &["*twilio*"], "Twilio"),
    // Hosted services.
    sdk(&["UPSTASH_*", "KV_REST_API_*"], &["*upstash*", "@vercel/kv"], "`fromEnv` of Upstash and Vercel KV"),
    sdk(&["QSTASH_*"], &["*qstash*", "@upstash/*"], "QStash"),
    sdk(&["BLOB_READ_WRITE_TOKEN"], &["@vercel/blob"], "Vercel Blob"),
    sdk(&["EDGE_CONFIG"], &["@vercel/edge-config", "@vercel/flags", "flags"], "Vercel Edge Config"),
    sdk(&["INNGEST_*"], &["*inngest*"], "Inngest"),
    sdk(&["TRIGGER_SECRET_KEY", "TRIGGER_API_URL", "TRIGGER_PROJECT_*"], &["@trigger.dev/*"], "Trigger.dev"),
    sdk(&["LIVEBLOCKS_*"], &["*liveblocks*"], "Liveblocks"),
    sdk(&["PUSHER_*"], &["*pusher*"], "Pusher"),
    sdk(&["ABLY_*"], &["*ably*"], "Ably"),
    sdk(&["KNOCK_*"], &["*knock*"], "Knock"),
    sdk(&["UPLOADTHING_*"], &["*uploadthing*"], "UploadThing"),
    sdk(&["CLOUDINARY_URL"], &["*cloudinary*"], "Cloudinary"),
    // Databases.
    sdk(
        &[
            "PGHOST",
            "PGPORT",
            "PGUSER",
            "PGPASSWORD",
            "PGDATABASE",
            "PGSSLMODE",
            "PGAPPNAME",
            "PGSERVICE*",
            "PGPASSFILE",
        ],
        &[],
        "libpq and its tools, which need no dependency",
    ),
    sdk(&["MYSQL_HOST", "MYSQL_PWD"], &[], "MySQL's client"),
    sdk(
        &["DATABASE_URL"],
        &["prisma", "@prisma/*", "sqlx", "diesel", "rails", "activerecord", "dj-database-url"],
        "read by convention: Prisma, sqlx, Diesel, Rails",
    ),
    sdk(&["SQLX_*"], &["sqlx*"], "sqlx"),
    sdk(&["DIESEL_*"], &["diesel*"], "Diesel"),
    sdk(&["REDIS_URL"], &["rails", "sidekiq", "actioncable", "redis-rails"], "Rails' cable and Sidekiq"),
    // Web frameworks.
    sdk(&["CELERY_*"], &["celery", "django-celery*"], "Celery, where its settings come from the environment"),
    sdk(&["DJANGO_SUPERUSER_*"], &["django"], "`createsuperuser --noinput`"),
    sdk(&["SECRET_KEY_BASE", "RAILS_MASTER_KEY", "RAILS_RELATIVE_URL_ROOT"], &["rails", "railties"], "Rails"),
    sdk(
        &[
            "APP_KEY",
            "APP_ENV",
            "APP_DEBUG",
            "APP_URL",
            "LOG_CHANNEL",
            "DB_*",
            "CACHE_*",
            "QUEUE_*",
            "SESSION_*",
            "BROADCAST_*",
            "MAIL_*",
            "MEMCACHED_*",
        ],
        &["laravel/framework", "laravel/lumen-framework", "illuminate/*"],
        "Laravel's own config files, where the app has none of that name",
    ),
    sdk(
        &["SPRING_*", "SERVER_PORT", "MANAGEMENT_*", "LOGGING_*"],
        &["*spring*"],
        "Spring Boot binds them to its properties",
    ),
    sdk(&["QUARKUS_*"], &["*quarkus*"], "Quarkus binds them to its properties"),
    sdk(&["MICRONAUT_*"], &["*micronaut*"], "Micronaut binds them to its properties"),
    sdk(&["NUXT_*", "NITRO_*"], &["nuxt*", "@nuxt/*", "nitro*"], "Nuxt binds them to `runtimeConfig`"),
    sdk(&["ASTRO_*"], &["astro", "@astrojs/*"], "Astro"),
    sdk(&["EXPO_*", "REACT_NATIVE_*", "METRO_*"], &["expo*", "react-native*", "@expo/*"], "Expo and Metro"),
    sdk(
        &["WDS_*", "GENERATE_SOURCEMAP", "DISABLE_ESLINT_PLUGIN", "PUBLIC_URL", "FAST_REFRESH", "BROWSER"],
        &["react-scripts", "@craco/*", "react-app-rewired"],
        "Create React App",
    ),
    sdk(&["KEYSTATIC_*"], &["@keystatic/*"], "Keystatic"),
    sdk(&["PAYLOAD_CONFIG_PATH"], &["payload"], "Payload"),
    sdk(&["STRAPI_*"], &["*strapi*"], "Strapi"),
    sdk(&["N8N_*"], &["n8n*"], "n8n"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn with(packages: &[&str]) -> Dependencies {
        packages.iter().copied().collect()
    }

    #[test]
    fn a_name_is_read_by_the_sdk_that_the_app_depends_on() {
        assert!(read_by_sdk("CLERK_SECRET_KEY", &with(&["@clerk/nextjs"])).is_some());
        assert!(read_by_sdk("SENTRY_DSN", &with(&["sentry-sdk"])).is_some());
        assert!(read_by_sdk("AUTH_GITHUB_SECRET", &with(&["next-auth"])).is_some());
        assert!(read_by_sdk("DB_HOST", &with(&["laravel/framework"])).is_some());
        assert!(read_by_sdk("GOOGLE_API_KEY", &with(&["google-genai"])).is_some());
    }

    #[test]
    fn a_name_is_ordinary_without_the_sdk() {
        assert!(read_by_sdk("CLERK_SECRET_KEY", &with(&["next"])).is_none());
        assert!(read_by_sdk("DB_HOST", &with(&["next"])).is_none());
        assert!(read_by_sdk("STRIPE_SECRET_KEY", &with(&["stripe"])).is_none());
    }

    #[test]
    fn without_a_manifest_the_table_applies_anyway() {
        assert!(read_by_sdk("CLERK_SECRET_KEY", &Dependencies::unknown()).is_some());
        assert!(read_by_sdk("DATABASE_PASSWORD", &Dependencies::unknown()).is_none());
    }

    #[test]
    fn agents_and_command_lines_need_no_dependency() {
        for name in ["OTEL_SERVICE_NAME", "AWS_ACCESS_KEY_ID", "PGPASSWORD", "PUBSUB_EMULATOR_HOST"] {
            assert!(read_by_sdk(name, &with(&[])).is_some(), "{name}");
        }
    }

    #[test]
    fn a_name_belongs_to_the_library_that_is_there() {
        assert!(read_by_sdk("AUTH_SECRET", &with(&["next-auth"])).is_some());
        assert!(read_by_sdk("AUTH_SECRET", &with(&["better-auth"])).is_none());
    }

    #[test]
    fn every_row_has_its_names_once_and_a_reason() {
        let mut known = std::collections::BTreeSet::new();
        for sdk in SDKS {
            assert!(!sdk.names.is_empty() && sdk.reason.len() > 2, "{sdk:?}");
            for name in sdk.names {
                assert!(known.insert(*name), "{name} stands in the table twice");
            }
        }
    }
}
