//! The description of the API: for people, and for programs.

pub(crate) mod export;
pub(crate) mod markdown;
pub(crate) mod page;

use std::sync::OnceLock;

use bytes::Bytes;
use utoipa::openapi::{OpenApi, ServerBuilder};

use crate::base_path::BasePath;
use crate::openapi::openapi;

/// The description as this server shows it, made when somebody first asks.
#[derive(Debug)]
pub(crate) struct Docs {
    base: BasePath,
    document: OnceLock<Bytes>,
    page: OnceLock<Bytes>,
}

impl Docs {
    pub(crate) fn new(base: BasePath) -> Self {
        Self { base, document: OnceLock::new(), page: OnceLock::new() }
    }

    /// For programs.
    fn document(&self) -> Bytes {
        let make = || serde_json::to_vec(&self.described()).expect("a description is JSON").into();
        self.document.get_or_init(make).clone()
    }

    /// For people.
    fn page(&self) -> Bytes {
        let make = || {
            let document = serde_json::to_value(self.described()).expect("a description is JSON");
            page::render(&document, &self.base).into_string().into()
        };
        self.page.get_or_init(make).clone()
    }

    /// The description, and where the paths in it begin when that is not the root.
    fn described(&self) -> OpenApi {
        let mut document = openapi();
        if !self.base.is_root() {
            let server = ServerBuilder::new().url(self.base.to_string());
            document.servers = Some(vec![server.build()]);
        }
        document
    }
}
