use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::token::Tokens;
use super::*;

#[path = "../../../../tests/fake/server.rs"]
#[allow(dead_code, unreachable_pub, reason = "it serves other tests too")]
mod server;
use server::{Request, Response, Server};

const CANARY: &str = "canary-of-a-file";

/// A place with files and a server of tokens.
struct World {
    folder: TempDir,
    server: Server,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl World {
    /// Whose server answers so.
    fn new(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let server = Server::start(move |request| {
            log.lock().unwrap().push(request.clone());
            answer(request)
        });
        Self { folder: tempfile::tempdir().unwrap(), server, seen }
    }

    /// Whose server gives a new token each time, good for this many seconds.
    fn granting(seconds: u64) -> Self {
        let count = Mutex::new(0);
        Self::new(move |_| {
            let mut count = count.lock().unwrap();
            *count += 1;
            let token = json!({"access_token": format!("token-{count}"), "expires_in": seconds, "scope": "x"});
            Response::json(200, &token).with("Metadata-Flavor", "Google")
        })
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn user(&self) -> Value {
        json!({"type": "authorized_user", "client_id": "id&", "client_secret": "s=", "refresh_token": "1//r",
            "account": "ann@example.com", "quota_project_id": "charged", "token_uri": self.server.endpoint()})
    }

    /// A `gcloud` that says with what it was called, and the `PATH` to it.
    fn gcloud(&self, script: &str) -> String {
        let program = self.file("bin/gcloud", format!("#!/bin/sh\n{script}\n"));
        #[cfg(unix)]
        fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        self.folder.path().join("bin").to_str().unwrap().to_owned()
    }

    fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

fn source(environment: &[(&str, &str)]) -> Result<Source, StoreError> {
    let variables: BTreeMap<String, String> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let pace = Pace { base: Duration::from_millis(1), cap: Duration::from_millis(4), tries: 3, ..Pace::default() };
    let own_environment = |name: &str| variables.get(name).cloned();
    Source::new(&Address { name: "demo-proj", endpoint: None, own_environment: &own_environment, pace }, false)
}

/// The header that calls would carry, or the error in words.
fn header(environment: &[(&str, &str)]) -> String {
    let token = source(environment).and_then(|source| Tokens::new(source).get());
    let told = format!("{token:?}");
    assert!(!told.contains("token-") && !told.contains(CANARY), "{told}");
    match token {
        Ok(Some(token)) => token.header().to_string(),
        Ok(None) => "none".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_first_of_googles_own_ways_counts() {
    let world = World::granting(3600);
    let file = world.file("token", "from-a-file\n");
    let adc = world.file("adc.json", world.user().to_string());
    let path = world.gcloud("echo from-$1-$2-$3");
    let mut all = vec![
        ("CLOUDSDK_AUTH_ACCESS_TOKEN", "given"),
        ("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", &*file),
        ("GOOGLE_OAUTH_ACCESS_TOKEN", "given-to-terraform"),
        ("GOOGLE_APPLICATION_CREDENTIALS", &*adc),
        ("PATH", &*path),
        ("NO_GCE_CHECK", "true"),
    ];
    for expected in ["given", "from-a-file", "given-to-terraform", "token-1", "from-auth-print-access-token-"] {
        assert_eq!(header(&all), format!("Bearer {expected}"));
        all.remove(0);
    }
    assert!(header(&all).starts_with("there are no credentials for Google: run `gcloud auth"), "{}", header(&all));
    // A variable that is set to nothing is not set.
    assert_eq!(header(&[("CLOUDSDK_AUTH_ACCESS_TOKEN", ""), ("GOOGLE_OAUTH_ACCESS_TOKEN", "given")]), "Bearer given");
}

#[test]
fn the_credentials_of_gcloud_lie_where_its_config_does() {
    let world = World::granting(3600);
    world.file("cfg/application_default_credentials.json", world.user().to_string());
    world.file("home/.config/gcloud/application_default_credentials.json", world.user().to_string());
    let at = |name: &str| world.folder.path().join(name).to_str().unwrap().to_owned();
    assert_eq!(header(&[("CLOUDSDK_CONFIG", &at("cfg")), ("HOME", "/nowhere")]), "Bearer token-1");
    assert_eq!(header(&[("HOME", &at("home"))]), "Bearer token-2");
    let none = [("CLOUDSDK_CONFIG", &*at("empty")), ("HOME", &at("home")), ("NO_GCE_CHECK", "true")];
    assert!(header(&none).starts_with("there are no credentials"), "the folder that is named is the one");
}

#[test]
fn whoever_logged_in_gets_a_token_for_all_threads_at_once() {
    let world = World::granting(3600);
    let adc = world.file("adc.json", world.user().to_string());
    let tokens = Tokens::new(source(&[("GOOGLE_APPLICATION_CREDENTIALS", &adc)]).unwrap());
    assert_eq!(tokens.source().account(), Some("ann@example.com"));
    assert_eq!(tokens.source().quota_project(), Some("charged"));
    assert_eq!(world.requests().len(), 0, "nothing is asked before it is needed");
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(*tokens.get().unwrap().unwrap().header(), "Bearer token-1"));
        }
    });
    let requests = world.requests();
    assert_eq!(requests.len(), 1);
    let form = |name| requests[0].form(name).unwrap_or_default();
    assert_eq!(form("grant_type"), "refresh_token");
    assert_eq!(
        (form("client_id"), form("client_secret"), form("refresh_token")),
        ("id&".into(), "s=".into(), "1//r".into())
    );

    // One that the server does not take is replaced once for all who had it.
    let old = tokens.get().unwrap().unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(*tokens.renew(&old).unwrap().unwrap().header(), "Bearer token-2"));
        }
    });
    assert_eq!(world.requests().len(), 2);
}

#[test]
fn a_token_is_fetched_anew_before_it_ends() {
    let world = World::granting(0);
    let adc = world.file("adc.json", world.user().to_string());
    let tokens = Tokens::new(source(&[("GOOGLE_APPLICATION_CREDENTIALS", &adc)]).unwrap());
    for expected in ["Bearer token-1", "Bearer token-2"] {
        assert_eq!(*tokens.get().unwrap().unwrap().header(), expected);
    }
}

#[test]
fn a_service_account_signs_with_its_key() {
    let openssl = |arguments: &[&str]| std::process::Command::new("openssl").args(arguments).output();
    let world = World::granting(3600);
    let at = |name: &str| world.folder.path().join(name).to_str().unwrap().to_owned();
    let made =
        openssl(&["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", &at("key")]);
    let made = made.or_else(|_| openssl(&["version"]));
    let Ok(made) = made else {
        // The harness prints nothing here; the word is for whoever wonders why it took no time.
        return;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    openssl(&["pkey", "-in", &at("key"), "-pubout", "-out", &at("public")]).unwrap();

    let email = "deploy@demo-proj.iam.gserviceaccount.com";
    let adc = json!({"type": "service_account", "client_email": email, "private_key_id": "key-1",
        "private_key": fs::read_to_string(at("key")).unwrap(), "token_uri": world.server.endpoint()});
    let adc = world.file("adc.json", adc.to_string());
    let environment = [("GOOGLE_APPLICATION_CREDENTIALS", &*adc)];
    assert_eq!(source(&environment).unwrap().account(), Some(email));
    assert_eq!(header(&environment), "Bearer token-1");

    let request = world.requests().remove(0);
    assert_eq!(request.form("grant_type").as_deref(), Some("urn:ietf:params:oauth:grant-type:jwt-bearer"));
    let assertion = request.form("assertion").unwrap();
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let part = |text: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    let (head, claims) = signed.split_once('.').map(|(head, claims)| (part(head), part(claims))).unwrap();
    assert_eq!(head, json!({"alg": "RS256", "typ": "JWT", "kid": "key-1"}));
    assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some(email), Some(&*world.server.endpoint())));
    let (issued, expires) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert!(expires == issued + 3600 && (Timestamp::now().as_second() - issued).abs() < 600);
    fs::write(at("signed"), signed).unwrap();
    fs::write(at("signature"), URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    let verified =
        openssl(&["dgst", "-sha256", "-verify", &at("public"), "-signature", &at("signature"), &at("signed")]);
    assert!(verified.unwrap().status.success(), "the public half vouches for it");
}

#[test]
fn a_machine_of_googles_has_an_account_of_its_own() {
    let world = World::granting(3600);
    let host = world.server.endpoint().replace("http://", "");
    let path = world.gcloud("echo of-gcloud");
    assert_eq!(header(&[("GCE_METADATA_HOST", &host), ("PATH", &path)]), "Bearer token-1");
    let request = world.requests().remove(0);
    assert_eq!(request.headers.get("metadata-flavor").map(String::as_str), Some("Google"));
    assert_eq!(request.path(), "/computeMetadata/v1/instance/service-accounts/default/token");

    // The server said who it is, too.
    assert_eq!(world.requests()[1].path(), "/computeMetadata/v1/instance/service-accounts/default/email");

    // Whatever else answers there is not believed.
    let world = World::new(|_| Response::json(200, &json!({"access_token": "token-of-a-portal"})));
    let host = world.server.endpoint().replace("http://", "");
    assert_eq!(header(&[("GCE_METADATA_HOST", &host), ("PATH", &path)]), "Bearer of-gcloud");
    let error = source(&[("GCE_METADATA_HOST", "user:canary@host")]).err().unwrap();
    assert!(error.is_of_the_store() && !error.to_string().contains("canary"));
}

#[test]
fn what_envcheck_does_not_know_gcloud_does() {
    let world = World::granting(3600);
    let adc = json!({"type": "external_account", "credential_source": {"executable": {"command": "touch /tmp/x"}}});
    let adc = world.file("adc.json", adc.to_string());
    let path = world.gcloud("echo from-$1-$2-$3-$UNRELATED");
    let environment = [("GOOGLE_APPLICATION_CREDENTIALS", &*adc), ("PATH", &path), ("UNRELATED", "variable")];
    assert_eq!(header(&environment), "Bearer from-auth-application-default-print-access-token-");
    let path = world.gcloud("echo token-1; exit 1");
    let told = header(&[("PATH", &path), ("NO_GCE_CHECK", "true")]);
    assert_eq!(told, "`gcloud auth print-access-token` gives no token: run `gcloud auth login`");
}

#[test]
fn whose_a_token_is_is_known_once_it_is_there() {
    let who = |environment: &[(&str, &str)]| {
        let tokens = Tokens::new(source(environment).unwrap());
        assert_eq!(tokens.source().account(), None);
        tokens.get().unwrap();
        tokens.source().account().map(str::to_owned)
    };
    let world = World::new(|request| {
        let answer = Response::json(200, &json!({"access_token": "token-1"})).with("Metadata-Flavor", "Google");
        let email = b"ci@demo-proj.iam.gserviceaccount.com".to_vec();
        if request.path().ends_with("/email") { Response { body: email, ..answer } } else { answer }
    });
    let host = world.server.endpoint().replace("http://", "");
    assert_eq!(who(&[("GCE_METADATA_HOST", &host)]).as_deref(), Some("ci@demo-proj.iam.gserviceaccount.com"));
    for (told, account) in [
        ("\\tann@example.com\\n", Some("ann@example.com")),
        ("sa@p.iam.gserviceaccount.com\\tann@example.com\\n", Some("sa@p.iam.gserviceaccount.com")),
        ("\\n", None),
        ("; rm -rf @\\n", None),
    ] {
        let path = world.gcloud(&format!("[ $1 = config ] && printf '{told}' || echo token-1"));
        assert_eq!(who(&[("PATH", &path), ("NO_GCE_CHECK", "true")]).as_deref(), account, "{told}");
    }
}

#[test]
fn credentials_that_cannot_be_used_are_named_by_their_path_and_never_told() {
    let world = World::granting(3600);
    let user = |field: &str, value: Value| {
        let mut user = world.user();
        user[field] = value;
        user.to_string()
    };
    let key = json!({"type": "service_account", "client_email": "a@b.c", "private_key": CANARY}).to_string();
    for (content, says) in [
        (CANARY.to_owned(), "are no JSON of Google's"),
        (format!("{{\"type\": \"authorized_user\", \"refresh_token\": \"{CANARY}"), "are no JSON of Google's"),
        (user("refresh_token", Value::Null), "lack `client_id`, `client_secret` or `refresh_token`"),
        (user("token_uri", "http://192.0.2.1/canary".into()), "have a `token_uri` over plain http"),
        (user("token_uri", format!("https://{CANARY}@example.com").into()), "have a `token_uri` that is no address"),
        (user("token_uri", "file:///etc/passwd".into()), "have a `token_uri` that is no address"),
        (key, "have a `private_key` that is no RSA key in PKCS #8"),
        (json!({"type": "service_account"}).to_string(), "lack `client_email` or `private_key`"),
    ] {
        let file = world.file("adc.json", content);
        let told = header(&[("GOOGLE_APPLICATION_CREDENTIALS", &file)]);
        assert_eq!(told, format!("the credentials in `{file}` {says}"));
    }
    let binary = world.file("adc.json", [0xff, 0xfe]);
    assert_eq!(header(&[("GOOGLE_APPLICATION_CREDENTIALS", &binary)]), format!("`{binary}` is no text"));
    let long = world.file("adc.json", " ".repeat(65_537));
    let told = header(&[("GOOGLE_APPLICATION_CREDENTIALS", &long)]);
    assert_eq!(told, format!("`{long}` is too long for credentials"));
    for (path, says) in [("/nowhere", "cannot be read"), ("/", "is no file"), ("/dev/zero", "is no file")] {
        assert_eq!(header(&[("GOOGLE_APPLICATION_CREDENTIALS", path)]), format!("`{path}` {says}"));
        assert_eq!(header(&[("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", path)]), format!("`{path}` {says}"));
    }
    let empty = world.file("token", "\n");
    assert_eq!(header(&[("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", &empty)]), format!("`{empty}` holds no token"));
    let told = header(&[("CLOUDSDK_AUTH_ACCESS_TOKEN", "two words\r\nX: 1")]);
    assert!(told.starts_with("the token in `CLOUDSDK_AUTH_ACCESS_TOKEN` is not accepted"), "{told}");
    assert_eq!(world.requests().len(), 0);
}

#[test]
fn a_server_of_tokens_that_says_no_or_nothing_is_told_apart() {
    let answers = |status: u16, body: &Value| {
        let body = body.clone();
        let world = World::new(move |_| Response::json(status, &body));
        let adc = world.file("adc.json", world.user().to_string());
        let told = header(&[("GOOGLE_APPLICATION_CREDENTIALS", &adc)]);
        (told.replace(&*adc, "FILE").replace(&world.server.endpoint(), "SERVER"), world.requests().len())
    };
    let no = json!({"error": "invalid_grant", "error_description": CANARY});
    let login = "the credentials in `FILE` are not accepted: run `gcloud auth application-default login`";
    assert_eq!(answers(400, &no), (login.to_owned(), 1));
    assert_eq!(answers(401, &no), (login.to_owned(), 1));
    assert_eq!(answers(503, &no), ("getting a token from SERVER failed: 503".to_owned(), 3));
    assert_eq!(answers(501, &no), ("getting a token from SERVER failed: 501".to_owned(), 1));
    let (told, _) = answers(200, &no);
    assert_eq!(told, "the answer to getting a token from SERVER is damaged: it is not the JSON that was expected");
    assert_eq!(answers(200, &json!({"access_token": "two words"})), (login.to_owned(), 1));
    let (told, _) = answers(302, &no);
    assert_eq!(told, "getting a token from SERVER was refused: it leads elsewhere, and no redirect is followed");
}
