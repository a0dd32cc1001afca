//! `POST /api/sign-on/test`: whether the provider can be used, as far as that shows without a user.

use std::sync::Arc;
use std::time::Duration;

use haltere_core::quota::QuotaExceeded;
use haltere_core::{AuditAction, LinkFailure};
use haltere_link::HttpFailure;
use haltere_oidc::{KeySetFault, MetadataFault, ProviderMetadata, TokenResponseFault};

use super::provider::ProviderError;
use super::{Oidc, SignOn};
use crate::audit::{self, NotWritten};
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, NotAllowed};
use crate::now::now;
use crate::policy::Action;

/// A code that no provider has given out.
const NO_CODE: &str = "haltere-tests-the-client";
/// A verifier of PKCE that belongs to no login, as long as they have to be.
const NO_VERIFIER: &str = "haltere-tests-the-client-with-a-verifier-of-no-login";

/// A step of a test, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignOnStep {
    /// The provider is reached: name, TCP, TLS, HTTP.
    Reach,
    /// Its discovery document can be read.
    Discovery,
    /// It is that of the issuer.
    Issuer,
    /// The provider supports the authorization code flow and PKCE.
    Flow,
    /// It signs with an algorithm that is accepted.
    Algorithms,
    /// Its keys can be read.
    Keys,
    /// It accepts haltere's client id and secret.
    Client,
}

impl SignOnStep {
    const ALL: [Self; 7] = [
        Self::Reach,
        Self::Discovery,
        Self::Issuer,
        Self::Flow,
        Self::Algorithms,
        Self::Keys,
        Self::Client,
    ];
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    Passed,
    /// Logins may work, and may not.
    Unclear,
    Failed,
    /// An earlier step failed.
    Skipped,
}

/// What was found in a step that did not simply pass.
#[derive(Debug, Clone)]
pub enum SignOnFinding {
    /// It was not reached.
    Unreachable(Arc<HttpFailure>),
    /// This address was answered with another status than 200.
    Status {
        url: String,
        status: u16,
    },
    /// The discovery document, or the key set, can't be read.
    Unreadable,
    /// The document has an address that can't be used: which one, and why.
    Address(String),
    /// It is the document of another issuer.
    OtherIssuer,
    NoCodeFlow,
    /// It does not say that it supports PKCE with SHA-256.
    NoPkce,
    NoAlgorithm,
    NoKeys,
    /// The client id or the secret is wrong. With the provider's code.
    ClientRefused(String),
    /// The provider answered something else than expected about a code that it has not given out.
    ClientUnclear(String),
}

/// What a step has shown.
#[derive(Debug, Clone)]
pub struct StepReport {
    pub step: SignOnStep,
    pub outcome: StepOutcome,
    /// Of steps in which the provider was asked.
    pub elapsed: Option<Duration>,
    pub finding: Option<SignOnFinding>,
    /// What was found, for people: an address, names of algorithms, a number of keys.
    pub detail: Option<String>,
}

/// Why there was no test.
#[derive(Debug, thiserror::Error)]
pub enum SignOnTestError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// No provider is configured.
    #[error("single sign-on is off")]
    Off,
    #[error("too many tests at once")]
    TooMany(QuotaExceeded),
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl SignOn {
    /// Asks the provider what logins ask it, as far as that goes without a user, and nothing that was kept. A step is
    /// reported even if it was not reached.
    pub async fn test(&self, ctx: &Ctx) -> Result<Vec<StepReport>, SignOnTestError> {
        ctx.authorize(Action::TestSignOn)?;
        let oidc = self.oidc.as_ref().ok_or(SignOnTestError::Off)?;
        let _slot = self.tests.take(ctx.holder(), 1).map_err(SignOnTestError::TooMany)?;
        // Each asks the provider, and the audit trail only counts those that repeat one.
        self.audit.count_change(ctx)?;
        let (action, issuer) = (AuditAction::SignOnTest, audit::cut(&oidc.settings.issuer));
        let entry = audit::done(now(&*self.clock), ctx, action, &issuer, "");
        match self.audit.append_test(ctx, entry).await {
            Err(NotWritten::TooMany { retry_after }) => {
                return Err(NotAllowed::TooMany { retry_after }.into());
            }
            written => written.context("audit a test of single sign-on")?,
        }
        let mut test = Test { sign_on: self, oidc, steps: Vec::new() };
        // What failed is among the steps.
        let _ = test.run().await;
        Ok(test.all_steps())
    }
}

/// A test in progress.
struct Test<'a> {
    sign_on: &'a SignOn,
    oidc: &'a Oidc,
    steps: Vec<StepReport>,
}

/// A step failed, and is among the steps.
struct Failed;

impl Test<'_> {
    async fn run(&mut self) -> Result<(), Failed> {
        let Oidc { provider, settings, .. } = self.oidc;
        let started = self.sign_on.clock.steady();
        let (url, read) = provider.read_document().await;
        let elapsed = self.sign_on.clock.steady().saturating_sub(started);
        let body = match read {
            Ok(body) => body,
            Err(ProviderError::Http { source, .. }) => {
                let finding = SignOnFinding::Unreachable(source);
                return self.failed(SignOnStep::Reach, finding, Some(elapsed));
            }
            Err(ProviderError::Status { url, status }) => {
                self.passed(SignOnStep::Reach, None, Some(elapsed));
                let finding = SignOnFinding::Status { url, status };
                return self.failed(SignOnStep::Discovery, finding, None);
            }
            Err(_) => return self.failed(SignOnStep::Reach, SignOnFinding::Unreadable, None),
        };
        self.passed(SignOnStep::Reach, None, Some(elapsed));
        let metadata = self.read_metadata(&body, url.as_deref())?;
        self.read_keys(&metadata).await?;
        if settings.client_secret.is_some() {
            self.authenticate(&metadata).await
        } else {
            // PKCE alone protects it, and nothing is proved.
            self.passed(SignOnStep::Client, None, None);
            Ok(())
        }
    }

    fn read_metadata(
        &mut self,
        body: &[u8],
        url: Option<&str>,
    ) -> Result<ProviderMetadata, Failed> {
        let read = ProviderMetadata::parse(body, &self.oidc.settings.issuer);
        let (passed, outcome) = match read {
            Ok(metadata) => (5, Ok(metadata)),
            Err(MetadataFault::Unreadable) => (1, Err(SignOnFinding::Unreadable)),
            Err(MetadataFault::OtherIssuer) => (2, Err(SignOnFinding::OtherIssuer)),
            Err(MetadataFault::Url(name, fault)) => {
                (1, Err(SignOnFinding::Address(format!("{name} {fault}"))))
            }
            Err(MetadataFault::NoCodeFlow) => (3, Err(SignOnFinding::NoCodeFlow)),
            Err(MetadataFault::NoAlgorithm) => (4, Err(SignOnFinding::NoAlgorithm)),
        };
        for step in &SignOnStep::ALL[1..passed] {
            let detail = match (step, &outcome) {
                (SignOnStep::Discovery, _) => url.map(str::to_owned),
                (SignOnStep::Issuer, _) => Some(self.oidc.settings.issuer.clone()),
                (SignOnStep::Algorithms, Ok(metadata)) => {
                    Some(metadata.algorithm_names().join(", "))
                }
                _ => None,
            };
            match &outcome {
                Ok(metadata) if *step == SignOnStep::Flow && !metadata.announces_pkce => {
                    let finding = Some(SignOnFinding::NoPkce);
                    self.note(*step, StepOutcome::Unclear, finding, None, None);
                }
                _ => self.passed(*step, detail, None),
            }
        }
        match outcome {
            Ok(metadata) => Ok(metadata),
            Err(finding) => {
                self.note(SignOnStep::ALL[passed], StepOutcome::Failed, Some(finding), None, None);
                Err(Failed)
            }
        }
    }

    async fn read_keys(&mut self, metadata: &ProviderMetadata) -> Result<(), Failed> {
        let started = self.sign_on.clock.steady();
        let keys = self.oidc.provider.read_keys(metadata).await;
        let elapsed = Some(self.sign_on.clock.steady().saturating_sub(started));
        let finding = match keys {
            Ok(keys) => {
                self.passed(SignOnStep::Keys, Some(keys.count().to_string()), elapsed);
                return Ok(());
            }
            Err(ProviderError::Http { source, .. }) => SignOnFinding::Unreachable(source),
            Err(ProviderError::Status { url, status }) => SignOnFinding::Status { url, status },
            Err(ProviderError::Keys(KeySetFault::Empty)) => SignOnFinding::NoKeys,
            Err(_) => SignOnFinding::Unreadable,
        };
        self.failed(SignOnStep::Keys, finding, elapsed)
    }

    /// Exchanges a code that the provider has not given out: it looks at the client first, and then refuses the code.
    async fn authenticate(&mut self, metadata: &ProviderMetadata) -> Result<(), Failed> {
        let Oidc { provider, settings, .. } = self.oidc;
        let started = self.sign_on.clock.steady();
        let answer = provider.exchange(metadata, settings, NO_CODE, NO_VERIFIER).await;
        let elapsed = Some(self.sign_on.clock.steady().saturating_sub(started));
        let unclear = |what: String| (StepOutcome::Unclear, SignOnFinding::ClientUnclear(what));
        let (outcome, finding) = match answer {
            Err(ProviderError::Tokens(TokenResponseFault::Refused(code))) => match &*code {
                "invalid_grant" => {
                    self.passed(SignOnStep::Client, None, elapsed);
                    return Ok(());
                }
                "invalid_client" | "unauthorized_client" => {
                    (StepOutcome::Failed, SignOnFinding::ClientRefused(code))
                }
                _ => unclear(code),
            },
            Err(ProviderError::Tokens(TokenResponseFault::Unreadable(status @ (401 | 403)))) => {
                (StepOutcome::Failed, SignOnFinding::ClientRefused(status.to_string()))
            }
            Err(ProviderError::Tokens(TokenResponseFault::Unreadable(status))) => {
                unclear(status.to_string())
            }
            Err(ProviderError::Http { source, .. }) => {
                (StepOutcome::Failed, SignOnFinding::Unreachable(source))
            }
            // Tokens for a code of ours, or something else that no provider answers.
            _ => unclear("200".to_owned()),
        };
        self.note(SignOnStep::Client, outcome, Some(finding), None, elapsed);
        Ok(())
    }

    fn passed(&mut self, step: SignOnStep, detail: Option<String>, elapsed: Option<Duration>) {
        self.note(step, StepOutcome::Passed, None, detail, elapsed);
    }

    fn failed<T>(
        &mut self,
        step: SignOnStep,
        finding: SignOnFinding,
        elapsed: Option<Duration>,
    ) -> Result<T, Failed> {
        self.note(step, StepOutcome::Failed, Some(finding), None, elapsed);
        Err(Failed)
    }

    fn note(
        &mut self,
        step: SignOnStep,
        outcome: StepOutcome,
        finding: Option<SignOnFinding>,
        detail: Option<String>,
        elapsed: Option<Duration>,
    ) {
        self.steps.push(StepReport { step, outcome, elapsed, finding, detail });
    }

    /// With those that were not reached.
    fn all_steps(mut self) -> Vec<StepReport> {
        for step in &SignOnStep::ALL[self.steps.len()..] {
            self.note(*step, StepOutcome::Skipped, None, None, None);
        }
        self.steps
    }
}

impl SignOnFinding {
    /// The failure of a dial or a handshake, as the links of connections have it.
    pub fn link_failure(&self) -> Option<&LinkFailure> {
        match self {
            Self::Unreachable(failure) => match &**failure {
                HttpFailure::Link(failure) => Some(failure),
                _ => None,
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
