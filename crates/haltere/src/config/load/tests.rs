use haltere_core::{Role, Roles};

use super::*;
use crate::config::{show, template};

fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), text).expect("written");
    file
}

fn listen(value: &str) -> Flag {
    Flag { name: "--listen", path: "server.listen", value: value.to_owned() }
}

/// The whole chain of causes, as the command line prints it.
fn refusal(sources: &Sources) -> String {
    format!("{:#}", load(sources).expect_err("refused"))
}

#[test]
fn a_flag_beats_a_variable_beats_the_file_beats_the_default() {
    let config = file("\u{feff}[server]\nlisten = \"localhost:1\"\n");
    let mut sources = Sources::default();
    let port = |sources: &Sources| load(sources).expect("valid").settings.server.listen.port();
    assert_eq!(port(&sources), 8088);
    sources.file = Some(config.path().to_owned());
    assert_eq!(port(&sources), 1);
    sources.env = env(&[("HALTERE_LISTEN", "127.0.0.1:2")]);
    assert_eq!(port(&sources), 2);
    sources.flags = vec![listen("127.0.0.1:3")];
    assert_eq!(port(&sources), 3);
}

#[test]
fn the_file_can_be_named_by_a_variable() {
    let config = file("[connections]\nmax = 7\n");
    let path = config.path().to_str().expect("a plain path");
    let sources = Sources { env: env(&[("HALTERE_CONFIG", path)]), ..Sources::default() };
    assert_eq!(load(&sources).expect("valid").settings.connections.max, 7);
}

#[test]
fn an_unknown_key_is_refused_with_the_known_ones() {
    for (text, what) in [
        (
            "[server]\nlisen = \"x\"",
            "unknown key server.lisen; known here: listen, tls_cert, tls_key, secure",
        ),
        ("[sever]\nlisten = \"x\"", "unknown key sever; known here: server, data, admin"),
        ("listen = \"x\"", "unknown key listen;"),
        ("[server.listen]\nport = 1", "invalid type"),
    ] {
        let config = file(text);
        let sources = Sources { file: Some(config.path().to_owned()), ..Sources::default() };
        let refusal = refusal(&sources);
        assert!(refusal.contains(what), "{text}: {refusal}");
        assert!(refusal.contains(config.path().to_str().expect("plain")), "{refusal}");
    }
}

#[test]
fn an_unknown_variable_is_named() {
    let sources =
        Sources { env: env(&[("HALTERE_LISEN", "x"), ("HOME", "/")]), ..Sources::default() };
    assert!(refusal(&sources).starts_with("unknown environment variable HALTERE_LISEN"));
}

/// <https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>
#[test]
fn variables_of_a_service_named_haltere_are_ignored() {
    let of_a_service = [
        ("HALTERE_SERVICE_HOST", "10.96.7.1"),
        ("HALTERE_SERVICE_PORT", "8088"),
        ("HALTERE_SERVICE_PORT_HTTP", "8088"),
        ("HALTERE_PORT", "tcp://10.96.7.1:8088"),
        ("HALTERE_PORT_8088_TCP", "tcp://[fd00::1]:8088"),
        ("HALTERE_PORT_8088_TCP_PROTO", "tcp"),
        ("HALTERE_PORT_8088_TCP_PORT", "8088"),
        ("HALTERE_PORT_8088_TCP_ADDR", "fd00::1"),
        ("HALTERE_PORT_53_UDP", "udp://10.96.7.1:53"),
        // Of others, haltere-http and haltere-metrics-port.
        ("HALTERE_HTTP_SERVICE_HOST", "10.0.0.1"),
        ("HALTERE_HTTP_SERVICE_PORT", "80"),
        ("HALTERE_HTTP_SERVICE_PORT_HTTP_WEB", "80"),
        ("HALTERE_HTTP_PORT", "tcp://10.0.0.1:80"),
        ("HALTERE_HTTP_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("HALTERE_METRICS_PORT_SERVICE_HOST", "fd00::2"),
        ("HALTERE_METRICS_PORT_PORT", "tcp://10.0.0.2:9090"),
        ("HALTERE_METRICS_PORT_PORT_9090_TCP", "tcp://10.0.0.2:9090"),
        ("HALTERE_METRICS_PORT_PORT_9090_TCP_PROTO", "tcp"),
        ("HALTERE_METRICS_PORT_PORT_9090_TCP_PORT", "9090"),
        ("HALTERE_METRICS_PORT_PORT_9090_TCP_ADDR", "10.0.0.2"),
    ];
    let sources = Sources { env: env(&of_a_service), ..Sources::default() };
    load(&sources).expect("all are ignored");
    for (name, value) in [
        ("HALTERE_PORT", "8088"),
        ("HALTERE_PORT", "http://10.96.7.1:8088"),
        ("HALTERE_SERVICE_HOST", "broker"),
        ("HALTERE_SERVICE_PORTS", "8088"),
        ("HALTERE_PORT_8088", "tcp://10.96.7.1:8088"),
        ("HALTERE_PORT_8088_TCP_ADDRESS", "10.96.7.1"),
        ("HALTERE_PORT_HTTP_TCP", "tcp://10.96.7.1:8088"),
        ("HALTERE_SERVER_PORT", "8088"),
        ("HALTERE_HTTP_SERVICE_HOST", "broker"),
        ("HALTERE_HTTP_SERVICE_PORT", "http"),
        ("HALTERE_HTTP_PORT_80_TCP_ADDRESS", "10.0.0.1"),
        ("HALTERE_CONNECTIONS_MAXIMUM", "80"),
    ] {
        let sources = Sources { env: env(&[(name, value)]), ..Sources::default() };
        let expected = format!("unknown environment variable {name}");
        assert!(refusal(&sources).starts_with(&expected), "{name}={value}");
    }
}

#[test]
fn a_bad_value_is_refused_with_its_source() {
    for (name, value, why) in [
        ("HALTERE_LISTEN", "localhost", "no address with a port"),
        ("HALTERE_CONNECTIONS_MAX", "many", "expected u32"),
        ("HALTERE_CONNECTIONS_MAX", "-1", "expected u32"),
        ("HALTERE_SESSIONS_IDLE", "soon", "not a length of time"),
        ("HALTERE_LINK_KEEPALIVE", "1s", "must be between 5 seconds and 1 hour"),
        ("HALTERE_PLUGINS_DISABLED", "tls,tsl", "\"tsl\" is not the id of a plugin"),
        ("HALTERE_PLUGINS_DISABLED", "multiple-connections", "can't be switched off"),
        ("HALTERE_EGRESS_RULES", "deny all port 22,permit all", "egress.rules[1], \"permit all\""),
        (
            "HALTERE_SERVER_BASE_PATH",
            "haltere",
            "server.base_path: \"haltere\" must begin with a slash",
        ),
        ("HALTERE_SERVER_BASE_PATH", "/api", "conflicts with haltere's own /api"),
        ("HALTERE_SERVER_TRUSTED_PROXIES", "127.0.0.1,10.0.0.1/8", "write 10.0.0.0/8"),
        ("HALTERE_SERVER_TRUSTED_PROXIES", "localhost", "server.trusted_proxies: \"localhost\""),
        ("HALTERE_SERVER_FORWARDED_HEADER", "x", "expected `x-forwarded` or `forwarded`"),
        ("HALTERE_SERVER_CORS_ORIGINS", "*", "server.cors_origins: \"*\": every origin has to be"),
        ("HALTERE_SERVER_CORS_ORIGINS", "https://a/", "is not an origin such as"),
        ("HALTERE_LOG_FORMAT", "xml", "expected `text` or `json`"),
    ] {
        let sources = Sources { env: env(&[(name, value)]), ..Sources::default() };
        let refusal = refusal(&sources);
        assert!(refusal.starts_with(name) && refusal.contains(why), "{name}={value}: {refusal}");
    }
    let sources = Sources { flags: vec![listen("myhost:8088")], ..Sources::default() };
    let refusal = refusal(&sources);
    assert!(refusal.starts_with("--listen") && refusal.contains("localhost:8088"), "{refusal}");
}

#[test]
fn a_certificate_without_its_key_is_refused_and_so_is_a_key_alone() {
    for (given, missing) in [("HALTERE_TLS_CERT", "tls_key"), ("HALTERE_TLS_KEY", "tls_cert")] {
        let sources = Sources { env: env(&[(given, "x.pem")]), ..Sources::default() };
        let refusal = refusal(&sources);
        assert!(refusal.starts_with(&format!("server.{missing}: is missing")), "{refusal}");
    }
}

#[test]
fn lists_come_with_commas_and_an_empty_variable_is_no_variable() {
    let pairs = [
        ("HALTERE_PLUGINS_DISABLED", "tls, audit-trail, user-profile-edit"),
        ("HALTERE_LISTEN", ""),
    ];
    let sources = Sources { env: env(&pairs), ..Sources::default() };
    let settings = load(&sources).expect("valid").settings;
    assert_eq!(
        settings.plugins.disabled,
        [haltere_core::PluginId::Tls, haltere_core::PluginId::UserProfileEdit],
        "a plugin that an earlier version had is ignored"
    );
    assert_eq!(settings.server.listen.port(), 8088);
}

#[test]
fn a_bad_egress_rule_is_named_with_its_place() {
    let config = file("[egress]\nrules = [\n  \"allow 10.0.0.0/8\",\n  \"deny 10.0.0.1/8\",\n]\n");
    let sources = Sources { file: Some(config.path().to_owned()), ..Sources::default() };
    let refusal = refusal(&sources);
    for what in ["line ", "egress.rules[1]", "deny 10.0.0.1/8", "write 10.0.0.0/8"] {
        assert!(refusal.contains(what), "{refusal}");
    }
    let env = env(&[("HALTERE_EGRESS_RULES", "allow 10.0.0.0/8 port 1883, deny all")]);
    let rules = load(&Sources { env, ..Sources::default() }).expect("valid").settings.egress.rules;
    let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
    assert_eq!(rules, ["allow 10.0.0.0/8 port 1883", "deny all"]);
}

#[test]
fn a_secret_is_given_directly_or_by_file_but_not_both() {
    let secret = file("hunter2\n");
    let path = secret.path().to_str().expect("a plain path");
    let password = |sources: &Sources| {
        load(sources)
            .map(|loaded| loaded.settings.admin.password.map(|password| password.expose().clone()))
    };
    let by_file =
        Sources { env: env(&[("HALTERE_ADMIN_PASSWORD_FILE", path)]), ..Sources::default() };
    assert_eq!(password(&by_file).expect("valid").as_deref(), Some("hunter2"));

    let found = |sources: &Sources| load(sources).expect("valid").file_of("admin.password");
    assert_eq!(found(&by_file).as_deref(), Some(secret.path()));
    let direct = Sources { env: env(&[("HALTERE_ADMIN_PASSWORD", "x")]), ..Sources::default() };
    assert_eq!(found(&direct), None);

    let key_file = |sources: &Sources| load(sources).expect("valid").master_key_file();
    let named = Sources { env: env(&[("HALTERE_MASTER_KEY_FILE", path)]), ..Sources::default() };
    assert_eq!(key_file(&named).as_deref(), Some(secret.path()));
    assert_eq!(key_file(&direct), Some("haltere-data/master.key".into()));
    let given = Sources { env: env(&[("HALTERE_MASTER_KEY", "x")]), ..Sources::default() };
    assert_eq!(key_file(&given), None);

    // As editors of other systems write it.
    let marked = file("\u{feff}hunter2\r\n");
    let marked = marked.path().to_str().expect("a plain path");
    let by_file =
        Sources { env: env(&[("HALTERE_ADMIN_PASSWORD_FILE", marked)]), ..Sources::default() };
    assert_eq!(password(&by_file).expect("valid").as_deref(), Some("hunter2"));
    let utf16 = file("h\0u\0n\0t\0e\0r\u{0}2\0");
    let utf16 = utf16.path().to_str().expect("a plain path");
    let by_file =
        Sources { env: env(&[("HALTERE_ADMIN_PASSWORD_FILE", utf16)]), ..Sources::default() };
    let refused = refusal(&by_file);
    assert!(refused.contains(utf16) && refused.contains("UTF-16"), "{refused}");

    let pairs = [("HALTERE_ADMIN_PASSWORD_FILE", path), ("HALTERE_ADMIN_PASSWORD", "x")];
    let both = Sources { env: env(&pairs), ..Sources::default() };
    assert!(refusal(&both).contains("admin.password and admin.password_file are both set"));

    // Of different sources, precedence decides.
    let config = file(&format!("[admin]\npassword_file = {path:?}\n"));
    let sources = Sources {
        file: Some(config.path().to_owned()),
        env: env(&[("HALTERE_ADMIN_PASSWORD", "direct")]),
        ..Sources::default()
    };
    assert_eq!(password(&sources).expect("valid").as_deref(), Some("direct"));
}

#[test]
fn a_secret_file_that_is_missing_or_empty_is_refused_by_name() {
    let empty = file("\n");
    for path in [empty.path().to_str().expect("plain"), "/nonexistent/secret"] {
        let sources =
            Sources { env: env(&[("HALTERE_MASTER_KEY_FILE", path)]), ..Sources::default() };
        let refusal = refusal(&sources);
        assert!(refusal.contains("data.master_key") && refusal.contains(path), "{refusal}");
    }
}

#[test]
fn errors_and_listings_show_no_secret() {
    let config = file("[admin]\npassword = \"hunter2\"\n[server]\nlisten = 1\n");
    let broken = Sources { file: Some(config.path().to_owned()), ..Sources::default() };
    assert!(!refusal(&broken).contains("hunter2"));
    let config = file("[admin]\npassword = [\"hunter2\"]\n");
    let broken = Sources { file: Some(config.path().to_owned()), ..Sources::default() };
    assert!(!refusal(&broken).contains("hunter2"));
    let config = file("[admin]\npassword = \"hunter2\n");
    let broken = Sources { file: Some(config.path().to_owned()), ..Sources::default() };
    assert!(!refusal(&broken).contains("hunter2"), "{}", refusal(&broken));

    let sources =
        Sources { env: env(&[("HALTERE_ADMIN_PASSWORD", "hunter2")]), ..Sources::default() };
    let loaded = load(&sources).expect("valid");
    assert!(!format!("{:?}", loaded.settings).contains("hunter2"));
    let shown = show(&loaded);
    assert!(!shown.contains("hunter2"));
    assert!(shown.contains("password = \"[secret]\""), "{shown}");
}

#[test]
fn the_listing_names_each_origin_and_is_itself_a_valid_file() {
    let config = file("[link]\nconnect_timeout = \"2s\"\n");
    let sources = Sources {
        file: Some(config.path().to_owned()),
        env: env(&[("HALTERE_SESSIONS_IDLE", "5m")]),
        flags: vec![listen("127.0.0.1:0")],
    };
    let shown = show(&load(&sources).expect("valid"));
    let origin_of = |name: &str| {
        let line = shown.lines().find(|line| line.starts_with(&format!("{name} = ")));
        line.and_then(|line| line.split(" # ").nth(1)).map(str::to_owned)
    };
    assert_eq!(origin_of("listen").as_deref(), Some("flag --listen"));
    assert_eq!(origin_of("idle").as_deref(), Some("environment HALTERE_SESSIONS_IDLE"));
    assert_eq!(origin_of("connect_timeout"), Some(format!("file {}", config.path().display())));
    assert_eq!(origin_of("max").as_deref(), Some("default"));
    for path in all().iter().map(|meta| &meta.path) {
        let name = path.rsplit('.').next().expect("a name");
        assert!(shown.contains(name), "{path} is missing");
    }
    let again = file(&shown);
    load(&Sources { file: Some(again.path().to_owned()), ..Sources::default() }).expect("valid");
}

/// Takes the comment sign from lines that hold a setting: `#name = value`.
fn uncomment(template: &str) -> String {
    template
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest)
                if rest.starts_with(|c: char| c.is_ascii_lowercase()) && !rest.ends_with('=') =>
            {
                rest
            }
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_template_is_a_valid_file_with_the_defaults() {
    let defaults = format!("{:?}", load(&Sources::default()).expect("valid").settings);
    for text in [template(), uncomment(&template())] {
        let config = file(&text);
        let sources = Sources { file: Some(config.path().to_owned()), ..Sources::default() };
        let settings = load(&sources).unwrap_or_else(|error| panic!("{error:#}\n{text}")).settings;
        assert_eq!(format!("{settings:?}"), defaults);
    }
    let uncommented: Table = uncomment(&template()).parse().expect("valid");
    for meta in all() {
        assert!(template().contains(meta.env), "{} is missing", meta.env);
        assert_eq!(
            table::get_path(&uncommented, &meta.path).is_some(),
            meta.default.is_some(),
            "{}",
            meta.path
        );
    }
}

#[test]
fn a_quota_is_less_than_the_limit_and_more_than_zero() {
    for name in ["streams", "tests", "imports"] {
        for whose in ["user", "address"] {
            for (quota, why) in [(0, "must be more than zero"), (10, "must be less than")] {
                let mut lines = vec![format!("[limits]\n{name} = 10")];
                for each in ["user", "address"] {
                    let value = if each == whose { quota } else { 1 };
                    lines.push(format!("{name}_per_{each} = {value}"));
                }
                let config = file(&lines.join("\n"));
                let sources =
                    Sources { file: Some(config.path().to_owned()), ..Sources::default() };
                let said = refusal(&sources);
                assert!(said.contains(&format!("limits.{name}_per_{whose}: {why}")), "{said}");
            }
        }
    }
}

#[test]
fn a_second_factor_is_required_of_some_roles_or_of_all() {
    const ENV: &str = "HALTERE_LOGIN_SECOND_FACTOR_REQUIRED_FOR";
    let set = |roles: &[Role]| roles.iter().copied().collect::<Roles>();
    let all = set(&Role::ALL);
    let of = |text: &str| {
        let config = file(&format!("[login.second_factor]\nrequired_for = {text}\n"));
        let sources = Sources { file: Some(config.path().to_owned()), ..Sources::default() };
        load(&sources).map(|it| it.settings.login.second_factor.required_for)
    };
    assert_eq!(of("[]").expect("valid"), Roles::default());
    assert_eq!(of("\"all\"").expect("valid"), all);
    let some = of("[\"admin\", \"editor\"]").expect("valid");
    assert_eq!(some, set(&[Role::Admin, Role::Editor]));
    let refusal = format!("{:#}", of("[\"root\"]").unwrap_err());
    assert!(refusal.contains("login.second_factor.required_for"), "{refusal}");
    let required_for = |value| {
        let sources = Sources { env: env(&[(ENV, value)]), ..Sources::default() };
        load(&sources).expect("valid").settings.login.second_factor.required_for
    };
    assert_eq!(required_for("all"), all);
    assert_eq!(required_for("admin, viewer"), set(&[Role::Admin, Role::Viewer]));
}

#[test]
fn single_sign_on_is_complete_or_off() {
    let load_with =
        |pairs: &[(&str, &str)]| load(&Sources { env: env(pairs), ..Sources::default() });
    let issuer = ("HALTERE_SIGN_ON_OIDC_ISSUER", "https://id.example.org");
    let client = ("HALTERE_SIGN_ON_OIDC_CLIENT_ID", "haltere");
    let url = ("HALTERE_SIGN_ON_PUBLIC_URL", "https://haltere.example.org/");
    let roles = ("HALTERE_SIGN_ON_OIDC_ROLES", "admins = admin, * = viewer");
    let off = load_with(&[]).expect("valid").settings.sign_on;
    assert!(off.oidc().expect("valid").is_none() && off.header().is_none() && off.local_login);
    let scopes = ("HALTERE_SIGN_ON_OIDC_SCOPES", "groups");
    let on = load_with(&[issuer, client, url, roles, scopes]).expect("valid").settings.sign_on;
    let oidc = on.oidc().expect("valid").expect("on");
    assert_eq!(oidc.redirect_uri(), "https://haltere.example.org/api/sign-on/oidc/callback");
    assert_eq!(oidc.scopes, "openid groups");
    let proxies = ("HALTERE_SIGN_ON_HEADER_PROXIES", "10.0.0.5");
    let header_roles = ("HALTERE_SIGN_ON_HEADER_ROLES", "* = viewer");
    assert!(
        load_with(&[proxies, header_roles]).expect("valid").settings.sign_on.header().is_some()
    );
    for (pairs, what) in [
        (&[issuer, client, roles][..], "sign_on.public_url: is missing"),
        (&[issuer, client, url], "sign_on.oidc.roles: is empty"),
        (&[issuer, url, roles], "sign_on.oidc.client_id: is missing"),
        (&[client, url, roles], "sign_on.oidc.issuer: is missing"),
        (
            &[("HALTERE_SIGN_ON_OIDC_ISSUER", "http://id.example.org"), client, url, roles],
            "sign_on.oidc.issuer: must begin with https://",
        ),
        (
            &[issuer, client, ("HALTERE_SIGN_ON_PUBLIC_URL", "haltere.example.org"), roles],
            "sign_on.public_url",
        ),
        (
            &[issuer, client, ("HALTERE_SIGN_ON_PUBLIC_URL", "https://h.example.org/?a"), roles],
            "sign_on.public_url",
        ),
        (&[("HALTERE_SIGN_ON_OIDC_ROLES", "admins")], "\"admins\" is not a group"),
        (&[("HALTERE_SIGN_ON_OIDC_ROLES", "a = root")], "the role must be one of"),
        (&[("HALTERE_SIGN_ON_OIDC_MEMBERSHIPS", "graz")], "sign_on.oidc.memberships: \"graz\""),
        (&[("HALTERE_SIGN_ON_HEADER_MEMBERSHIPS", "a =")], "sign_on.header.memberships: \"a =\""),
        (&[("HALTERE_SIGN_ON_LOCAL_LOGIN", "false")], "there would be no way to log in"),
        (&[proxies], "sign_on.header.roles: is empty"),
        (&[("HALTERE_SIGN_ON_HEADER_USER", "Cookie")], "sign_on.header.user: \"Cookie\""),
    ] {
        let refusal = format!("{:#}", load_with(pairs).expect_err(what));
        assert!(refusal.contains(what), "{what}: {refusal}");
    }
}

#[test]
fn a_copy_that_is_required_needs_a_target_that_can_be_relied_on() {
    let file = ("HALTERE_AUDIT_FILE_REQUIRED", "true");
    let syslog = ("HALTERE_AUDIT_SYSLOG_REQUIRED", "true");
    let udp = ("HALTERE_AUDIT_SYSLOG_URL", "udp://logs.example");
    for (pairs, what) in [
        (&[file][..], "audit.file.required: audit.file.path is missing"),
        (&[syslog], "audit.syslog.required: audit.syslog.url is missing"),
        (&[syslog, udp], "audit.syslog.required: over UDP"),
    ] {
        let refusal = refusal(&Sources { env: env(pairs), ..Sources::default() });
        assert!(refusal.contains(what), "{what}: {refusal}");
    }
}
