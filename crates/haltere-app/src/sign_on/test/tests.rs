use haltere_core::Role;
use haltere_testkit::oidc::Script;
use serde_json::json;

use super::super::tests::{Setup, start, start_with};
use super::*;

impl Setup {
    async fn test(&self) -> Vec<StepReport> {
        let ctx = self.app.ctx(Role::Admin);
        self.app.app.sign_on().test(&ctx).await.expect("tested")
    }
}

/// The steps that did not pass, each with its outcome and what was found.
fn odd(steps: &[StepReport]) -> Vec<String> {
    assert_eq!(steps.iter().map(|it| it.step).collect::<Vec<_>>(), SignOnStep::ALL);
    let odd =
        steps.iter().filter(|it| !matches!(it.outcome, StepOutcome::Passed | StepOutcome::Skipped));
    odd.map(|it| {
        let finding = format!("{:?}", it.finding.as_ref().expect("a finding"));
        let name = finding.split(['(', ' ']).next().unwrap_or_default().to_owned();
        format!("{:?} {:?} {name}", it.step, it.outcome)
    })
    .collect()
}

type Change = Box<dyn FnOnce(&mut Script)>;

fn document(edit: impl Fn(&mut serde_json::Value) + Send + 'static) -> Change {
    Box::new(move |script| script.metadata = Some(Box::new(edit)))
}

#[tokio::test]
async fn a_provider_that_is_set_up_well_passes_all_steps() {
    let setup = start(|_| {}).await;
    let steps = setup.test().await;
    assert_eq!(odd(&steps), [""; 0]);
    assert!(steps.iter().all(|it| it.outcome == StepOutcome::Passed));
    let detail = |n: usize| steps[n].detail.as_deref().unwrap_or_default();
    assert_eq!(detail(2), setup.provider.issuer());
    assert!(detail(4).contains("ES256"), "{}", detail(4));
    assert_eq!(detail(5), "1");
    let trail = setup.app.audit_of("test-request").await;
    assert_eq!(trail.len(), 1);
    assert!(trail[0].starts_with("admin sign_on.test http://127.0.0.1"), "{trail:?}");
    // Nothing is kept: each test asks again.
    setup.test().await;
    assert_eq!(setup.provider.requests("/openid-configuration"), 2);
}

#[tokio::test]
async fn each_mistake_is_found_in_its_step() {
    let setup = start(|_| {}).await;
    let answer = |status: u16, body: &str| -> Change {
        let body = body.to_owned();
        Box::new(move |script| script.broken = Some((status, body)))
    };
    let cases: [(Change, &str); 9] = [
        (answer(404, ""), "Discovery Failed Status"),
        (answer(200, "<html>"), "Discovery Failed Unreadable"),
        (document(|it| it["issuer"] = json!("https://other")), "Issuer Failed OtherIssuer"),
        (document(|it| it["jwks_uri"] = json!("http://far.example/")), "Discovery Failed Address"),
        (
            document(|it| it["response_types_supported"] = json!(["id_token"])),
            "Flow Failed NoCodeFlow",
        ),
        (
            document(|it| it["code_challenge_methods_supported"] = json!(["plain"])),
            "Flow Unclear NoPkce",
        ),
        (
            document(|it| it["id_token_signing_alg_values_supported"] = json!(["HS256"])),
            "Algorithms Failed NoAlgorithm",
        ),
        (
            Box::new(|script| script.keys = Some(Box::new(|it| it["keys"] = json!([])))),
            "Keys Failed NoKeys",
        ),
        (
            document(|it| {
                let issuer = it["issuer"].as_str().expect("text").to_owned();
                it["token_endpoint"] = json!(format!("{issuer}/nowhere"));
            }),
            "Client Unclear ClientUnclear",
        ),
    ];
    for (change, expected) in cases {
        setup.provider.script(change);
        assert_eq!(odd(&setup.test().await), [expected]);
        setup.provider.behave();
    }
}

#[tokio::test]
async fn a_wrong_secret_and_a_provider_that_is_down_are_found() {
    let setup = start(|settings| {
        settings.oidc.as_mut().expect("set up").client_secret = Some("wrong".into());
    })
    .await;
    assert_eq!(odd(&setup.test().await), ["Client Failed ClientRefused"]);
    let setup = start(|settings| {
        settings.oidc.as_mut().expect("set up").issuer = "http://127.0.0.1:1".to_owned();
    })
    .await;
    let steps = setup.test().await;
    assert_eq!(odd(&steps), ["Reach Failed Unreachable"]);
    let failure = steps[0].finding.as_ref().and_then(SignOnFinding::link_failure);
    assert_eq!(failure.expect("a failure").code.as_str(), "ECONNREFUSED");
    assert!(steps[1..].iter().all(|it| it.outcome == StepOutcome::Skipped));
}

#[tokio::test]
async fn tests_are_for_administrators_limited_and_only_with_a_provider() {
    let setup = start_with(|_| {}, |config| config.settings.audit.actions_per_hour = 4).await;
    let sign_on = setup.app.app.sign_on();
    let refused = sign_on.test(&setup.app.ctx(Role::Viewer)).await;
    assert!(matches!(refused, Err(SignOnTestError::NotAllowed(_))), "{refused:?}");
    let mut count = 0;
    let refused = loop {
        match sign_on.test(&setup.app.ctx(Role::Admin)).await {
            Ok(_) => count += 1,
            Err(refused) => break refused,
        }
        assert!(count < 10, "never limited");
    };
    let is_limited = matches!(refused, SignOnTestError::NotAllowed(NotAllowed::TooMany { .. }));
    assert!(is_limited, "{refused:?}");
    let setup = start(|settings| settings.oidc = None).await;
    let off = setup.app.app.sign_on().test(&setup.app.ctx(Role::Admin)).await;
    assert!(matches!(off, Err(SignOnTestError::Off)), "{off:?}");
}

#[tokio::test]
async fn settings_are_shown_without_the_secret() {
    let setup = start(|_| {}).await;
    let shown = setup.app.app.sign_on().settings(&setup.app.ctx(Role::Admin)).await;
    let shown = shown.expect("shown");
    assert!(!format!("{shown:?}").contains(haltere_testkit::oidc::CLIENT_SECRET));
    let provider = shown.oidc.expect("set up");
    assert!(provider.has_client_secret);
    let uri = "https://haltere.example.org/api/sign-on/oidc/callback";
    assert_eq!(provider.redirect_uri, uri);
    let roles = [("mqtt-admins".to_owned(), "admin"), ("ops".to_owned(), "viewer")];
    assert_eq!(provider.accounts.roles, roles);
    let refused = setup.app.app.sign_on().settings(&setup.app.ctx(Role::Viewer)).await;
    assert!(refused.is_err());
}
