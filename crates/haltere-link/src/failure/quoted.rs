//! What a broker or a web server wrote, quoted in a message.
//!
//! A message is all that is stored of it, so advice reads the address from there again.

use haltere_core::LinkFailure;

use crate::transport::Refusal;

/// In front of the server's address, which [`server_reference`] looks for: before any words of the broker.
const SERVER: &str = "; its address is \"";
/// In front of the target of a redirect, which [`location`] looks for.
const LOCATION: &str = "it redirects to \"";

/// The address and the reason a broker gave, for the end of a message.
pub(super) fn broker_words(refusal: &Refusal) -> String {
    let server = refusal.server.as_deref().map(|server| format!("{SERVER}{}\"", inside(server)));
    let reason = refusal.reason_string.as_deref().map(|text| format!(" (\"{}\")", inside(text)));
    server.into_iter().chain(reason).collect()
}

/// The target of a redirect, for the end of a message.
pub(super) fn redirect(location: &str) -> String {
    format!("{LOCATION}{}\"", inside(location))
}

/// Text from outside, safe between quotation marks.
pub(super) fn inside(text: &str) -> String {
    text.replace('"', "'")
}

/// The address that a broker refers us to, as it wrote it.
pub(crate) fn server_reference(failure: &LinkFailure) -> Option<&str> {
    quoted_after(SERVER, failure)
}

/// The target of a web server's redirect, as it wrote it.
pub(crate) fn location(failure: &LinkFailure) -> Option<&str> {
    quoted_after(LOCATION, failure)
}

fn quoted_after<'a>(mark: &str, failure: &'a LinkFailure) -> Option<&'a str> {
    // Text from outside has no quotation marks, so none of it can look like the mark.
    let (_, behind) = failure.message.split_once(mark)?;
    behind.split_once('"').map(|(found, _)| found)
}
