//! From groups at the provider to groups here.

use haltere_core::{GroupName, Role};
use serde_json::{Value, json};

use super::tests::{Setup, ann, name, rules, start};
use super::{GroupMapping, HeaderLogin, HeaderSettings, SignOnSettings};
use crate::ctx::Ctx;
use crate::groups::{GroupChange, NewGroup};
use crate::testing::TestApp;

fn group(text: &str) -> GroupName {
    GroupName::parse(text).expect("a name")
}

fn mapped(settings: &mut SignOnSettings) {
    let mapping = ["graz = Graz", "night = Night shift", "gone = Nowhere"];
    rules(settings).memberships = GroupMapping::parse(mapping).expect("good");
}

fn ann_in(groups: Value) -> Value {
    let mut claims = ann();
    claims["groups"] = groups;
    claims
}

impl Setup {
    async fn with_groups(change: impl FnOnce(&mut SignOnSettings)) -> Self {
        let setup = start(change).await;
        for text in ["Graz", "Night shift"] {
            let new = NewGroup { narrows: true, ..NewGroup::new(group(text), Role::Viewer) };
            setup.app.app.groups().add(&Ctx::system("test"), new).await.expect("added");
        }
        setup
    }

    async fn members(&self, text: &str) -> Vec<String> {
        let found = self.app.app.groups().get(&Ctx::system("test"), &group(text)).await;
        let members = found.expect("a group").members.into_iter();
        members.map(|member| member.user.as_str().to_owned()).collect()
    }

    async fn add_member(&self, text: &str, user: &str) {
        let change = GroupChange { users: Some(vec![user.to_owned()]), ..GroupChange::default() };
        let ctx = Ctx::system("test");
        self.app.app.groups().change(&ctx, &group(text), change).await.expect("changed");
    }
}

#[tokio::test]
async fn memberships_are_those_of_the_latest_login() {
    let setup = Setup::with_groups(mapped).await;
    setup.log_in(ann_in(json!(["ops", "graz"]))).await.expect("logged in");
    assert_eq!(setup.members("Graz").await, ["ann"]);
    // At once: the group hides connections from her.
    let fleet = &setup.app.app.0.shared.fleet;
    assert!(fleet.group_roles_of(&name("ann")).is_some(), "she would see everything");
    let trail = setup.app.audit_of("test-request").await;
    assert!(trail.contains(&"ann group.update Graz success".to_owned()), "{trail:?}");
    setup.log_in(ann_in(json!(["ops", "night"]))).await.expect("logged in");
    assert_eq!(setup.members("Graz").await, [""; 0]);
    assert_eq!(setup.members("Night shift").await, ["ann"]);
    let before = setup.app.audit().await.len();
    setup.log_in(ann_in(json!(["ops", "night"]))).await.expect("logged in");
    assert_eq!(setup.app.audit().await.len(), before, "nothing has changed");
    setup.log_in(ann_in(json!(["ops"]))).await.expect("logged in");
    assert!(fleet.group_roles_of(&name("ann")).is_none());
}

#[tokio::test]
async fn memberships_that_an_administrator_has_given_stay() {
    let setup = Setup::with_groups(mapped).await;
    setup.log_in(ann()).await.expect("logged in");
    setup.add_member("Night shift", "ann").await;
    setup.log_in(ann_in(json!(["ops", "graz", "night"]))).await.expect("logged in");
    // A change of the group by an administrator doesn't make the membership theirs.
    setup.add_member("Graz", "ann").await;
    setup.log_in(ann_in(json!(["ops"]))).await.expect("logged in");
    assert_eq!(setup.members("Night shift").await, ["ann"]);
    assert_eq!(setup.members("Graz").await, [""; 0]);
}

#[tokio::test]
async fn a_group_that_does_not_exist_prevents_no_login() {
    let setup = Setup::with_groups(mapped).await;
    setup.log_in(ann_in(json!(["ops", "gone", "graz"]))).await.expect("logged in");
    assert_eq!(setup.members("Graz").await, ["ann"]);
}

#[tokio::test]
async fn the_last_administrator_is_not_narrowed() {
    let setup = Setup::with_groups(|settings| {
        mapped(settings);
        rules(settings).links = true;
    })
    .await;
    let claims =
        json!({"sub": "7", "preferred_username": "admin", "groups": ["mqtt-admins", "graz"]});
    setup.log_in(claims.clone()).await.expect("logged in");
    assert_eq!(setup.members("Graz").await, [""; 0], "no administrator would see everything");
    setup.add("root", Role::Admin).await;
    setup.log_in(claims).await.expect("logged in");
    assert_eq!(setup.members("Graz").await, ["admin"]);
}

#[tokio::test]
async fn another_claim_may_say_it_and_is_asked_for() {
    let setup = Setup::with_groups(|settings| {
        mapped(settings);
        settings.oidc.as_mut().expect("set up").membership_claim = "plants".to_owned();
    })
    .await;
    setup.provider.script(|script| {
        script.claims = Some(Box::new(|claims| {
            claims.as_object_mut().expect("an object").remove("plants");
        }));
    });
    let mut claims = ann();
    claims["plants"] = json!("graz");
    setup.log_in(claims).await.expect("logged in");
    assert_eq!(setup.members("Graz").await, ["ann"]);
    assert_eq!(setup.provider.requests("/userinfo"), 1);
}

#[tokio::test]
async fn a_proxy_says_it_as_well() {
    let setup = Setup::with_groups(|settings| {
        mapped(settings);
        let accounts = rules(settings).clone();
        settings.header = Some(HeaderSettings { accounts });
    })
    .await;
    let login = |groups: [&str; 2]| HeaderLogin {
        name: "bob".to_owned(),
        groups: groups.map(str::to_owned).into(),
        origin: TestApp::origin(),
        user_agent: None,
    };
    let sign_on = setup.app.app.sign_on();
    sign_on.log_in_by_header(login(["ops", "graz"])).await.expect("logged in");
    assert_eq!(setup.members("Graz").await, ["bob"]);
    sign_on.log_in_by_header(login(["ops", "night"])).await.expect("logged in");
    assert_eq!(setup.members("Graz").await, [""; 0]);
    assert_eq!(setup.members("Night shift").await, ["bob"]);
}
