//! Clouds, code hosts, registries and everything else that runs or stores what others wrote.

use super::checks::{checksum, random, service_account};
use super::{Kind, Provider};

/// The rows.
pub(super) static ROWS: &[Provider] = &[
    Provider::new(
        "AWS",
        "an AWS access key id",
        &["*AWS*ACCESS_KEY*", "*S3*ACCESS_KEY*", "*ACCESS_KEY_ID"],
        &["AKIA", "ASIA", "ABIA", "ACCA"],
        "(AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
    )
    .kind(Kind::Half),
    Provider::new(
        "AWS",
        "an AWS secret access key",
        &["*AWS*SECRET*", "*SECRET_ACCESS_KEY", "*S3*SECRET*"],
        &[],
        "[A-Za-z0-9/+]{40}",
    )
    .named()
    .checked(random),
    Provider::new("AWS", "an AWS Bedrock key", &["AWS_BEARER_TOKEN*"], &["ABSK"], "ABSK[A-Za-z0-9+/]{109,269}={0,2}"),
    Provider::new(
        "GitHub",
        "a GitHub token",
        &["*GITHUB*TOKEN*", "GH_TOKEN", "*GITHUB*PAT", "GH_PAT"],
        &["ghp_", "gho_", "ghu_", "ghr_"],
        "gh[pour]_[0-9A-Za-z]{36}",
    )
    .checked(checksum),
    Provider::new(
        "GitHub",
        "a GitHub app token",
        &["*GITHUB*TOKEN*", "GH_TOKEN"],
        &["ghs_"],
        // A form of variable length came in 2026; only the old one is known to end with a checksum.
        "ghs_[A-Za-z0-9._-]{36,512}",
    ),
    Provider::new(
        "GitHub",
        "a fine-grained GitHub token",
        &["*GITHUB*TOKEN*", "GH_TOKEN", "*GITHUB*PAT", "GH_PAT"],
        &["github_pat_"],
        "github_pat_[0-9A-Za-z_]{82}",
    ),
    Provider::new(
        "GitLab",
        "a GitLab token",
        &["*GITLAB*TOKEN*", "*GITLAB*PAT"],
        &["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-"],
        "gl(pat|dt|rt|ptt|cbt)-[0-9A-Za-z_.-]{20,300}",
    ),
    Provider::new(
        "Google",
        "a Google API key",
        &["*GOOGLE*API_KEY", "*GEMINI*KEY", "*MAPS*KEY", "*FIREBASE*API_KEY", "*YOUTUBE*KEY"],
        &["AIza"],
        "AIza[0-9A-Za-z_-]{35}",
    ),
    Provider::new(
        "Google",
        "a Google OAuth client secret",
        &["*GOOGLE*CLIENT_SECRET", "*GOOGLE*SECRET"],
        &["GOCSPX-"],
        "GOCSPX-[0-9A-Za-z_-]{28}",
    ),
    Provider::new(
        "Google",
        "a Google service account key",
        &["*GOOGLE*CREDENTIALS*", "*SERVICE_ACCOUNT*", "*GCP*CREDENTIALS*", "*FIREBASE*"],
        &["\"service_account\""],
        r"(?s)\{.*\}",
    )
    .anywhere()
    .checked(service_account),
    Provider::new(
        "Azure",
        "an Azure client secret",
        &["*AZURE*CLIENT_SECRET", "*AZURE*SECRET*", "*ENTRA*SECRET*", "*MICROSOFT*SECRET*"],
        &["Q~"],
        "[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}",
    )
    .anywhere(),
    Provider::new(
        "Azure",
        "an Azure storage connection string",
        &["*AZURE*", "*STORAGE*CONNECTION*"],
        &["AccountKey="],
        r"([A-Za-z]+=[0-9A-Za-z.:/_-]+;)*AccountKey=[A-Za-z0-9+/]{86}==(;[A-Za-z]+=[0-9A-Za-z.:/_-]+)*;?",
    )
    .anywhere(),
    Provider::new(
        "DigitalOcean",
        "a DigitalOcean token",
        &["*DIGITALOCEAN*TOKEN*", "DO_TOKEN", "DO_API_TOKEN"],
        &["dop_v1_", "doo_v1_", "dor_v1_"],
        "do[opr]_v1_[a-f0-9]{64}",
    ),
    Provider::new("Heroku", "a Heroku API key", &["*HEROKU*KEY*"], &["HRKU-AA"], "HRKU-AA[0-9A-Za-z_-]{58}"),
    Provider::new(
        "Fly",
        "a Fly.io token",
        &["*FLY*TOKEN*"],
        &["fo1_", "fm1r_", "fm1a_", "fm2_", "FlyV1 f"],
        "(FlyV1 )?(fo1_[0-9A-Za-z_-]{43}|(fm1[ar]|fm2)_[0-9A-Za-z_+/=,-]{100,})",
    ),
    Provider::new(
        "Vercel",
        "a Vercel token",
        &["*VERCEL*TOKEN*"],
        &["vca_", "vck_", "vcr_"],
        "vc[akr]_[0-9A-Za-z_-]{56}",
    ),
    Provider::new("Netlify", "a Netlify token", &["*NETLIFY*TOKEN*"], &["nfp_"], "nfp_[0-9A-Za-z_]{36}"),
    Provider::new(
        "Cloudflare",
        "a Cloudflare API token",
        &["*CLOUDFLARE*API_TOKEN", "CF_API_TOKEN", "CLOUDFLARE_TOKEN"],
        &[],
        "[0-9A-Za-z_-]{40}",
    )
    .named()
    .checked(random),
    Provider::new("Supabase", "a Supabase access token", &["*SUPABASE*ACCESS_TOKEN*"], &["sbp_"], "sbp_[a-z0-9_-]{40}"),
    Provider::new(
        "Supabase",
        "a Supabase secret key",
        &["*SUPABASE*SERVICE*", "*SUPABASE*SECRET*"],
        &["sb_secret_"],
        "sb_secret_[0-9A-Za-z_-]{31}",
    ),
    Provider::new(
        "Supabase",
        "a Supabase publishable key",
        &["*SUPABASE*ANON*", "*SUPABASE*PUBLISHABLE*"],
        &["sb_publishable_"],
        "sb_publishable_[0-9A-Za-z_-]{31}",
    )
    .kind(Kind::Public),
    Provider::new("Neon", "a Neon API key", &["*NEON*API_KEY"], &["napi_"], "napi_[0-9A-Za-z]{64}"),
    Provider::new(
        "PlanetScale",
        "a PlanetScale credential",
        &["*PLANETSCALE*", "PSCALE*", "DATABASE_PASSWORD"],
        &["pscale_"],
        "pscale_(pw|tkn|oauth)_[0-9A-Za-z_=.-]{32,64}",
    ),
    Provider::new("npm", "an npm token", &["*NPM*TOKEN*", "NODE_AUTH_TOKEN"], &["npm_"], "npm_[0-9A-Za-z]{36}")
        .checked(checksum),
    Provider::new(
        "PyPI",
        "a PyPI token",
        &["*PYPI*", "TWINE_PASSWORD", "UV_PUBLISH_TOKEN"],
        &["pypi-AgEI"],
        "pypi-AgEI[0-9A-Za-z_-]{50,1000}",
    ),
    Provider::new(
        "RubyGems",
        "a RubyGems API key",
        &["*RUBYGEMS*", "GEM_HOST_API_KEY"],
        &["rubygems_"],
        "rubygems_[a-f0-9]{48}",
    ),
    Provider::new(
        "crates.io",
        "a crates.io token",
        &["CARGO_REGISTRY_TOKEN", "*CRATES*TOKEN*"],
        &["cio"],
        "cio[0-9A-Za-z]{32}",
    ),
    Provider::new(
        "Docker",
        "a Docker Hub token",
        &["*DOCKER*TOKEN*", "*DOCKER*PASSWORD*", "*DOCKER*PAT"],
        &["dckr_pat_", "dckr_oat_"],
        "dckr_[po]at_[0-9A-Za-z_-]{27,32}",
    ),
    Provider::new("Vault", "a Vault token", &["VAULT_TOKEN"], &["hvs."], r"hvs\.[0-9A-Za-z_-]{24,140}"),
    Provider::new(
        "HashiCorp",
        "an HCP Terraform token",
        &["TFE_TOKEN", "TF_TOKEN_*", "*TERRAFORM*TOKEN*"],
        &[".atlasv1."],
        r"[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{60,70}",
    )
    .anywhere(),
    Provider::new("Pulumi", "a Pulumi token", &["PULUMI_ACCESS_TOKEN"], &["pul-"], "pul-[a-f0-9]{40}"),
    Provider::new(
        "1Password",
        "a 1Password service account token",
        &["OP_SERVICE_ACCOUNT_TOKEN"],
        &["ops_ey"],
        "ops_eyJ[0-9A-Za-z+/_-]{250,}={0,3}",
    ),
    Provider::new(
        "age",
        "an age key",
        &["SOPS_AGE_KEY", "*AGE*KEY*"],
        &["AGE-SECRET-KEY-1"],
        "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
    ),
    Provider::new(
        "Doppler",
        "a Doppler token",
        &["DOPPLER_*TOKEN*"],
        &["dp."],
        r"dp\.(pt|ct|sa|scim|audit|st\.[a-z0-9_-]{2,35})\.[0-9A-Za-z]{40,44}",
    ),
];
