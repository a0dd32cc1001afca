//! The audit trail of a remote haltere, which gives it out newest first, page by page.

use anyhow::{Context as _, ensure};
use haltere_api::audit_files;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::entries::{AuditEntries, Visit};
use super::pages::Pages;
use crate::cli::remote::{Method, Remote, Request, component};

/// How many entries a page has at most. One takes some kilobytes at most.
const PAGE: u32 = 500;
/// How many there are mostly, when one looks for new ones.
const NEW: u32 = 20;
/// How many pages without entries may follow each other: those about connections that the user may not see are left out.
const MAX_EMPTY: u32 = 10_000;

#[derive(Deserialize)]
struct Numbered {
    sequence: i64,
}

/// A page: entries with their numbers, newest first, and where the next one begins.
struct Page {
    entries: Vec<(i64, String)>,
    next: Option<String>,
}

impl AuditEntries for Remote {
    async fn newest(&self) -> anyhow::Result<i64> {
        let mut newest = 0;
        self.read(1, |page| {
            newest = page.first().map_or(0, |(sequence, _)| *sequence);
            Ok(newest == 0)
        })
        .await?;
        Ok(newest)
    }

    async fn visit(&self, limit: Option<u32>, visit: Visit<'_>) -> anyhow::Result<()> {
        let mut left = limit.unwrap_or(u32::MAX);
        if left == 0 {
            return Ok(());
        }
        let mut pages = Pages::new()?;
        self.read(left.min(PAGE), |page| {
            let taken = page.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            pages.push(page[..taken].iter().map(|(_, line)| line.as_str()))?;
            if limit.is_some() {
                left = left.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX));
            }
            Ok(left > 0)
        })
        .await?;
        pages.visit_backwards(visit)
    }

    async fn visit_after(&self, sequence: i64, visit: Visit<'_>) -> anyhow::Result<()> {
        let mut pages = Pages::new()?;
        self.read(NEW, |page| {
            let new = page.iter().take_while(|(number, _)| *number > sequence);
            let new: Vec<_> = new.map(|(_, line)| line.as_str()).collect();
            let goes_on = new.len() == page.len();
            pages.push(new.into_iter())?;
            Ok(goes_on)
        })
        .await?;
        pages.visit_backwards(visit)
    }
}

impl Remote {
    /// Passes pages to `take`, newest first, as long as it wants another one and there is one.
    async fn read(
        &self,
        size: u32,
        mut take: impl FnMut(&[(i64, String)]) -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        let (mut cursor, mut oldest, mut empty) = (None, i64::MAX, 0);
        loop {
            let Page { entries, next } = self.page(size, cursor.as_deref()).await?;
            for (sequence, _) in &entries {
                // Ends the loop if a hostile server keeps sending the same page.
                ensure!(*sequence < oldest, "the entries are not in their order");
                oldest = *sequence;
            }
            empty = if entries.is_empty() { empty + 1 } else { 0 };
            ensure!(empty <= MAX_EMPTY, "there are too many pages without entries");
            match next {
                Some(next) if take(&entries)? => cursor = Some(next),
                Some(_) => return Ok(()),
                None => return take(&entries).map(drop),
            }
        }
    }

    async fn page(&self, size: u32, cursor: Option<&str>) -> anyhow::Result<Page> {
        let mut path = format!("/api/audit?format=json&limit={size}");
        if let Some(cursor) = cursor {
            path.push_str("&cursor=");
            path.push_str(&component(cursor));
        }
        let answer = self.call(Request::new(Method::GET, path)).await?;
        let next = answer.headers("x-next-cursor").next().map(str::to_owned);
        let entries: Vec<Box<RawValue>> = answer.json()?;
        let entries = entries.iter().map(|entry| {
            let Numbered { sequence } = serde_json::from_str(entry.get())?;
            // In one line, also after a proxy has made it readable.
            let line = match entry.get() {
                text if text.contains(['\n', '\r']) => {
                    serde_json::from_str::<serde_json::Value>(text)?.to_string()
                }
                text => text.to_owned(),
            };
            Ok::<_, serde_json::Error>((sequence, audit_files::harmless_json(line) + "\n"))
        });
        let entries = entries.collect::<Result<Vec<_>, _>>();
        Ok(Page { entries: entries.context("failed to read an entry of the audit trail")?, next })
    }
}
