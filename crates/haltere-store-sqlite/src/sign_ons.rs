//! The tables of single sign-on.

use async_trait::async_trait;
use haltere_core::{SessionId, Timestamp, UserName};
use haltere_store::{IdentityRecord, SignOnReads, SignOnWrites, SignedOnRecord, StoreError};

use crate::row::Cells;
use crate::tx::Tx;

const FIND_USER: &str = "SELECT user FROM identities WHERE issuer = $1 AND subject = $2";
const IDENTITY_OF: &str = "SELECT user, issuer, subject FROM identities WHERE user = $1";
const LACKS_ROLE: &str = "SELECT lacks_role FROM identities WHERE user = $1";
const SESSION: &str = "SELECT session, issuer, subject, provider_session FROM signed_on_sessions \
    WHERE session = $1";
const BY_SUBJECT: &str = "SELECT sessions.id, sessions.user FROM signed_on_sessions AS signed_on \
    JOIN sessions ON sessions.id = signed_on.session \
    WHERE signed_on.subject = $2 AND signed_on.issuer = $1 \
    AND CASE WHEN $3 IS NOT NULL AND signed_on.provider_session IS NOT NULL \
        THEN signed_on.provider_session = $3 ELSE sessions.created_at <= $4 END";
const BY_PROVIDER_SESSION: &str = "SELECT sessions.id, sessions.user FROM signed_on_sessions AS signed_on \
    JOIN sessions ON sessions.id = signed_on.session \
    WHERE signed_on.provider_session = $2 AND signed_on.issuer = $1";
const BREAK_GLASS: &str = "SELECT user FROM break_glass ORDER BY user";
const SET_IDENTITY: &str = "INSERT INTO identities (user, issuer, subject) VALUES ($1, $2, $3) \
    ON CONFLICT (user) DO UPDATE SET issuer = excluded.issuer, subject = excluded.subject";
const SET_LACKS_ROLE: &str = "UPDATE identities SET lacks_role = $2 WHERE user = $1";
const INSERT_SESSION: &str = "INSERT INTO signed_on_sessions \
    (session, issuer, subject, provider_session) VALUES ($1, $2, $3, $4)";
const ALLOW: &str = "INSERT INTO break_glass (user) VALUES ($1) ON CONFLICT DO NOTHING";
const DISALLOW: &str = "DELETE FROM break_glass WHERE user = $1";

#[async_trait]
impl SignOnReads for Tx {
    async fn find_user(
        &mut self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<UserName>, StoreError> {
        let found = self.row(sqlx::query(FIND_USER).bind(issuer).bind(subject)).await?;
        let read = |row| Cells::new("identities", row).parse("user", user_name);
        found.as_ref().map(read).transpose()
    }

    async fn identity_of(&mut self, user: &UserName) -> Result<Option<IdentityRecord>, StoreError> {
        let Some(row) = self.row(sqlx::query(IDENTITY_OF).bind(user.as_str())).await? else {
            return Ok(None);
        };
        let mut cells = Cells::new("identities", &row);
        Ok(Some(IdentityRecord {
            user: cells.parse("user", user_name)?,
            issuer: cells.get("issuer")?,
            subject: cells.get("subject")?,
        }))
    }

    async fn lacks_role(&mut self, user: &UserName) -> Result<bool, StoreError> {
        let row = self.row(sqlx::query(LACKS_ROLE).bind(user.as_str())).await?;
        let read = |row| Cells::new("identities", row).get("lacks_role");
        Ok(row.as_ref().map(read).transpose()?.unwrap_or_default())
    }

    async fn session(&mut self, id: &SessionId) -> Result<Option<SignedOnRecord>, StoreError> {
        let Some(row) = self.row(sqlx::query(SESSION).bind(&id.0[..])).await? else {
            return Ok(None);
        };
        let mut cells = Cells::new("signed_on_sessions", &row);
        Ok(Some(SignedOnRecord {
            session: cells.parse("session", session_id)?,
            issuer: cells.get("issuer")?,
            subject: cells.get("subject")?,
            provider_session: cells.get("provider_session")?,
        }))
    }

    async fn sessions(
        &mut self,
        issuer: &str,
        subject: Option<&str>,
        provider_session: Option<&str>,
        begun_by: Timestamp,
    ) -> Result<Vec<(SessionId, UserName)>, StoreError> {
        let find = match (subject, provider_session) {
            (Some(subject), session) => {
                let find = sqlx::query(BY_SUBJECT).bind(issuer).bind(subject).bind(session);
                find.bind(begun_by.as_millisecond())
            }
            (None, Some(session)) => sqlx::query(BY_PROVIDER_SESSION).bind(issuer).bind(session),
            (None, None) => return Ok(Vec::new()),
        };
        let rows = self.rows(find).await?;
        let read = |row| {
            let mut cells = Cells::new("sessions", row);
            Ok((cells.parse("id", session_id)?, cells.parse("user", user_name)?))
        };
        rows.iter().map(read).collect()
    }

    async fn break_glass(&mut self) -> Result<Vec<UserName>, StoreError> {
        let rows = self.rows(sqlx::query(BREAK_GLASS)).await?;
        rows.iter().map(|row| Cells::new("break_glass", row).parse("user", user_name)).collect()
    }
}

#[async_trait]
impl SignOnWrites for Tx {
    async fn set_identity(&mut self, record: &IdentityRecord) -> Result<(), StoreError> {
        let IdentityRecord { user, issuer, subject } = record;
        let set = sqlx::query(SET_IDENTITY)
            .bind(user.as_str())
            .bind(issuer.as_str())
            .bind(subject.as_str());
        self.change(set).await?;
        Ok(())
    }

    async fn set_lacks_role(&mut self, user: &UserName, lacks: bool) -> Result<(), StoreError> {
        self.change(sqlx::query(SET_LACKS_ROLE).bind(user.as_str()).bind(lacks)).await?;
        Ok(())
    }

    async fn insert_session(&mut self, record: &SignedOnRecord) -> Result<(), StoreError> {
        let SignedOnRecord { session, issuer, subject, provider_session } = record;
        let insert = sqlx::query(INSERT_SESSION)
            .bind(&session.0[..])
            .bind(issuer.as_str())
            .bind(subject.as_str())
            .bind(provider_session.as_deref());
        self.change(insert).await?;
        Ok(())
    }

    async fn set_break_glass(&mut self, user: &UserName, may: bool) -> Result<bool, StoreError> {
        let set = sqlx::query(if may { ALLOW } else { DISALLOW }).bind(user.as_str());
        Ok(self.change(set).await? > 0)
    }
}

fn user_name(text: &str) -> Option<UserName> {
    UserName::parse(text).ok()
}

fn session_id(bytes: &[u8]) -> Option<SessionId> {
    bytes.try_into().ok().map(SessionId)
}
