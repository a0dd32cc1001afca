//! The OpenAPI document in the two forms that this server sends.

use std::sync::OnceLock;

use maud::html;

use bytes::Bytes;
use utoipa::openapi::{OpenApi, ServerBuilder};

use super::render;
use crate::base_path::BasePath;

/// The origin of this server in the document's examples.
const EXAMPLE_ORIGIN: &str = "http://127.0.0.1:8088";

/// The document as JSON, and the page, which is rendered on the first request for it.
#[derive(Debug)]
pub(crate) struct Documents {
    base: BasePath,
    json: Bytes,
    page: OnceLock<String>,
}

impl Documents {
    /// Names the base path as the server of the document, unless it is the root.
    pub(crate) fn new(mut document: OpenApi, base: BasePath) -> Self {
        if !base.is_root() {
            document.servers = Some(vec![ServerBuilder::new().url(base.to_string()).build()]);
        }
        let json = serde_json::to_vec(&document).expect("an OpenAPI document is JSON").into();
        Self { base, json, page: OnceLock::new() }
    }

    pub(super) fn json(&self) -> Bytes {
        self.json.clone()
    }

    /// The page, whose examples are commands for the server at `origin`, if that is known.
    pub(super) fn page(&self, origin: Option<&str>) -> String {
        let render = || {
            let document = serde_json::from_slice(&self.json).expect("our own JSON");
            render::page(&document, &self.base).into_string()
        };
        let page = self.page.get_or_init(render);
        let origin = format!("{}{}", origin.unwrap_or(EXAMPLE_ORIGIN), self.base.to(""));
        page.replace(EXAMPLE_ORIGIN, &html! { (origin) }.into_string())
    }
}
