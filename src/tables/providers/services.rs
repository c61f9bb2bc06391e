//! Services that apps call: payments, models, mail, chat, logins, data.

use super::checks::{clerk_publishable, random};
use super::{Kind, Provider};

/// Rows that share their shape with another service and are told by the name; tried first.
pub(super) static NAMED: &[Provider] = &[
    Provider::new(
        "Clerk",
        "a Clerk secret key",
        &["*CLERK*SECRET*", "*CLERK_API_KEY"],
        &["sk_test_", "sk_live_"],
        "sk_(test|live)_[0-9A-Za-z]{32,80}",
    )
    .named()
    .modes(&["sk_test_"], &["sk_live_"]),
    Provider::new(
        "Paystack",
        "a Paystack secret key",
        &["*PAYSTACK*SECRET*"],
        &["sk_test_", "sk_live_"],
        "sk_(test|live)_[0-9a-f]{40}",
    )
    .named()
    .modes(&["sk_test_"], &["sk_live_"]),
    Provider::new(
        "Clerk",
        "a Clerk publishable key",
        &["*CLERK*PUBLISHABLE*"],
        &["pk_test_", "pk_live_"],
        "pk_(test|live)_[0-9A-Za-z+/=]{16,200}",
    )
    .kind(Kind::Public)
    .modes(&["pk_test_"], &["pk_live_"])
    .checked(clerk_publishable),
];

/// The other rows.
pub(super) static ROWS: &[Provider] = &[
    // Payments
    Provider::new(
        "Stripe",
        "a Stripe secret key",
        &["*STRIPE*SECRET_KEY*", "*STRIPE_SECRET", "*STRIPE_API_KEY", "*STRIPE_SK*", "*STRIPE*RESTRICTED*"],
        &["sk_test_", "sk_live_", "sk_prod_", "rk_test_", "rk_live_", "rk_prod_"],
        "[sr]k_(test|live|prod)_[0-9A-Za-z]{10,247}",
    )
    .modes(&["sk_test_", "rk_test_"], &["sk_live_", "rk_live_", "sk_prod_", "rk_prod_"]),
    Provider::new(
        "Stripe",
        "a Stripe publishable key",
        &["*STRIPE*PUBLI*", "*STRIPE_PK*"],
        &["pk_test_", "pk_live_"],
        "pk_(test|live)_[0-9A-Za-z]{10,247}",
    )
    .kind(Kind::Public)
    .modes(&["pk_test_"], &["pk_live_"]),
    Provider::new(
        // Stripe, Svix, Clerk, Resend, Polar: the prefix of the common scheme for web hooks.
        "",
        "a webhook signing secret",
        &["*WEBHOOK*", "*WHSEC*", "*SIGNING_SECRET*"],
        &["whsec_"],
        "whsec_[0-9A-Za-z+/=]{24,100}",
    ),
    Provider::new(
        "Square",
        "a Square access token",
        &["*SQUARE*TOKEN*"],
        &["EAAA", "sq0atp-"],
        "(EAAA|sq0atp-)[0-9A-Za-z_-]{22,60}",
    )
    .checked(random),
    Provider::new(
        "Shopify",
        "a Shopify token",
        &["*SHOPIFY*"],
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        "shp(at|ca|pa|ss)_[0-9a-fA-F]{32}",
    ),
    // Models
    Provider::new(
        "OpenAI",
        "an OpenAI API key",
        &["*OPENAI*KEY*"],
        &["T3BlbkFJ"],
        "sk-((proj|svcacct|admin)-([0-9A-Za-z_-]{74}|[0-9A-Za-z_-]{58})T3BlbkFJ([0-9A-Za-z_-]{74}|[0-9A-Za-z_-]{58})|[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20})",
    )
    .anywhere()
    .kin("models"),
    Provider::new(
        "Anthropic",
        "an Anthropic API key",
        &["*ANTHROPIC*KEY*", "*CLAUDE*KEY*"],
        &["sk-ant-"],
        "sk-ant-(api03|admin01)-[0-9A-Za-z_-]{93}AA",
    )
    .kin("models"),
    Provider::new("OpenRouter", "an OpenRouter key", &["*OPENROUTER*KEY*"], &["sk-or-v1-"], "sk-or-v1-[0-9a-f]{64}")
        .kin("models"),
    Provider::new("Perplexity", "a Perplexity key", &["*PERPLEXITY*KEY*"], &["pplx-"], "pplx-[0-9A-Za-z]{48}")
        .kin("models"),
    Provider::new("Groq", "a Groq key", &["*GROQ*KEY*"], &["gsk_"], "gsk_[0-9A-Za-z]{52}").kin("models"),
    Provider::new("xAI", "an xAI key", &["*XAI*KEY*", "*GROK*KEY*"], &["xai-"], "xai-[0-9A-Za-z]{80}").kin("models"),
    Provider::new("Replicate", "a Replicate token", &["*REPLICATE*TOKEN*"], &["r8_"], "r8_[0-9A-Za-z]{37}").kin("models"),
    Provider::new(
        "Hugging Face",
        "a Hugging Face token",
        &["HF_*TOKEN*", "*HUGGING*FACE*TOKEN*", "HUGGINGFACE_*KEY"],
        &["hf_"],
        "hf_[0-9A-Za-z]{34}",
    )
    .kin("models"),
    // Mail and messages
    Provider::new("SendGrid", "a SendGrid key", &["*SENDGRID*KEY*"], &["SG."], r"SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}"),
    Provider::new("Resend", "a Resend key", &["*RESEND*KEY*"], &["re_"], "re_[0-9A-Za-z]{8}_[0-9A-Za-z]{24}"),
    Provider::new("Mailgun", "a Mailgun key", &["*MAILGUN*KEY*"], &["key-"], "key-[a-f0-9]{32}"),
    Provider::new("Mailchimp", "a Mailchimp key", &["*MAILCHIMP*KEY*"], &["-us"], "[a-f0-9]{32}-us[0-9]{1,2}").anywhere(),
    Provider::new("Brevo", "a Brevo key", &["*BREVO*KEY*", "*SENDINBLUE*KEY*"], &["xkeysib-"], "xkeysib-[a-f0-9]{64}-[0-9A-Za-z]{16}"),
    Provider::new("Twilio", "a Twilio API key", &["*TWILIO*API_KEY*"], &["SK"], "SK[0-9a-f]{32}").kind(Kind::Half),
    Provider::new("Twilio", "a Twilio account id", &["*TWILIO*ACCOUNT*", "*TWILIO_SID"], &["AC"], "AC[0-9a-f]{32}")
        .kind(Kind::Half),
    Provider::new("Twilio", "a Twilio auth token", &["*TWILIO*AUTH_TOKEN"], &[], "[0-9a-f]{32}").named().checked(random),
    Provider::new(
        "Slack",
        "a Slack token",
        &["*SLACK*TOKEN*"],
        &["xoxb-", "xoxp-", "xoxe-", "xoxe.xoxp-", "xoxe.xoxb-", "xoxa-", "xoxr-"],
        r"xox([bpar]|e|e\.xox[bp])-[0-9]{1,13}-[0-9A-Za-z-]{20,160}",
    ),
    Provider::new(
        "Slack",
        "a Slack app token",
        &["*SLACK*APP*TOKEN*", "*SLACK*TOKEN*"],
        &["xapp-"],
        "xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]{20,100}",
    ),
    Provider::new(
        "Slack",
        "a Slack webhook",
        &["*WEBHOOK*", "*SLACK*URL*"],
        &["https://hooks.slack.com/"],
        r"https://hooks\.slack\.com/(services|workflows|triggers)/[0-9A-Za-z_+/]{43,90}",
    ),
    Provider::new(
        "Discord",
        "a Discord bot token",
        &["*DISCORD*TOKEN*"],
        &["M", "N", "O"],
        r"[MNO][0-9A-Za-z_-]{23,25}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,38}",
    )
    .named(),
    Provider::new(
        "Discord",
        "a Discord webhook",
        &["*WEBHOOK*", "*DISCORD*URL*"],
        &["https://discord.com/api/webhooks/", "https://discordapp.com/api/webhooks/"],
        r"https://discord(app)?\.com/api/webhooks/[0-9]{15,22}/[0-9A-Za-z_-]{40,100}",
    ),
    Provider::new("Telegram", "a Telegram bot token", &["*TELEGRAM*TOKEN*", "*TG*TOKEN*", "*BOT_TOKEN"], &[":A"], "[0-9]{5,16}:A[0-9A-Za-z_-]{34}")
        .anywhere(),
    // Watching and analytics
    Provider::new(
        "Sentry",
        "a Sentry auth token",
        &["*SENTRY*TOKEN*"],
        &["sntrys_ey", "sntryu_"],
        "(sntrys_eyJ[0-9A-Za-z+/=]{40,400}_[0-9A-Za-z+/]{43}|sntryu_[a-f0-9]{64})",
    ),
    Provider::new(
        "Sentry",
        "a Sentry DSN",
        &["*SENTRY*DSN*"],
        &["https://"],
        r"https://[a-f0-9]{32}(:[a-f0-9]{32})?@[0-9a-z.-]+/[0-9]+",
    )
    .kind(Kind::Public),
    Provider::new("PostHog", "a PostHog personal key", &["*POSTHOG*PERSONAL*"], &["phx_"], "phx_[0-9A-Za-z]{40,60}"),
    Provider::new("PostHog", "a PostHog project key", &["*POSTHOG*KEY*", "*POSTHOG*TOKEN*"], &["phc_"], "phc_[0-9A-Za-z]{43,48}")
        .kind(Kind::Public),
    Provider::new(
        "Grafana",
        "a Grafana token",
        &["*GRAFANA*TOKEN*", "*GRAFANA*KEY*"],
        &["glsa_", "glc_ey"],
        "(glsa_[0-9A-Za-z]{32}_[0-9a-fA-F]{8}|glc_eyJ[0-9A-Za-z+/]{40,400}={0,2})",
    ),
    // Maps, work and data
    Provider::new(
        "Mapbox",
        "a Mapbox secret token",
        &["*MAPBOX*SECRET*"],
        &["sk.ey"],
        r"sk\.eyJ[0-9A-Za-z_-]{50,200}\.[0-9A-Za-z_-]{22}",
    ),
    Provider::new(
        "Mapbox",
        "a Mapbox public token",
        &["*MAPBOX*TOKEN*", "*MAPBOX*KEY*"],
        &["pk.ey"],
        r"pk\.eyJ[0-9A-Za-z_-]{50,200}\.[0-9A-Za-z_-]{22}",
    )
    .kind(Kind::Public),
    Provider::new("Linear", "a Linear key", &["*LINEAR*KEY*"], &["lin_api_"], "lin_api_[0-9A-Za-z]{40}"),
    Provider::new(
        "Notion",
        "a Notion token",
        &["*NOTION*TOKEN*", "*NOTION*KEY*", "*NOTION*SECRET*"],
        &["ntn_"],
        "ntn_[0-9]{11}[0-9A-Za-z]{35}",
    ),
    Provider::new("Airtable", "an Airtable token", &["*AIRTABLE*"], &["pat"], r"pat[0-9A-Za-z]{14}\.[a-f0-9]{64}"),
    Provider::new("Databricks", "a Databricks token", &["*DATABRICKS*TOKEN*"], &["dapi"], "dapi[a-f0-9]{32}(-[0-9])?"),
    Provider::new(
        "Atlassian",
        "an Atlassian API token",
        &["*ATLASSIAN*TOKEN*", "*JIRA*TOKEN*", "*CONFLUENCE*TOKEN*"],
        &["ATATT3"],
        "ATATT3[0-9A-Za-z_=-]{186}",
    ),
    Provider::new("Postman", "a Postman key", &["*POSTMAN*KEY*"], &["PMAK-"], "PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
];
