//! Logging in while others hold all general places.
//!
//! A place that is kept serves callers with a session, and a session takes a login. So the
//! login and what its page loads are served there as well: few at a time, each for a short while, and at the
//! cost of the address that has most of them under way.

use parking_lot::{Mutex, MutexGuard};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use haltere_core::crowd::{Crowd, CrowdBounds, Who};
use http::Method;
use tokio::sync::oneshot;

use crate::console::{ConsoleFiles, file, page};

/// How long a request may take, its body included.
const PATIENCE: Duration = Duration::from_secs(5);

/// Requests under way of those who have no session yet. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Guests(Arc<Mutex<Requests>>);

/// Each hears of its end when its sender goes.
type Requests = Crowd<oneshot::Sender<Infallible>>;

/// There is no room, others needed it, or it took too long.
pub(crate) struct NoRoom;

impl Guests {
    /// Room for so many at a time.
    pub(crate) fn new(all: usize) -> Self {
        let all = all.max(1);
        let network = all.div_ceil(2);
        let bounds = CrowdBounds { all, account: usize::MAX, network, both: network };
        Self(Arc::new(Mutex::new(Crowd::new(bounds))))
    }

    /// Does `job` for somebody at `address`.
    pub(crate) async fn serve<T>(
        &self,
        address: Option<IpAddr>,
        job: impl Future<Output = T>,
    ) -> Result<T, NoRoom> {
        let (sender, gives_way) = oneshot::channel();
        let entered = self.crowd().enter(Who::new("", address), sender).map_err(|_| NoRoom)?;
        drop(entered.gave_way);
        let _stay = Stay { guests: self, number: entered.number };
        tokio::select! {
            biased;
            _ = gives_way => Err(NoRoom),
            done = tokio::time::timeout(PATIENCE, job) => done.map_err(|_| NoRoom),
        }
    }

    fn crowd(&self) -> MutexGuard<'_, Requests> {
        self.0.lock()
    }
}

/// Somebody's room; given back when dropped.
struct Stay<'a> {
    guests: &'a Guests,
    number: u64,
}

impl Drop for Stay<'_> {
    fn drop(&mut self) {
        self.guests.crowd().leave(self.number);
    }
}

/// Whether a request belongs to a login: the login itself, the console's page, and what that asks for before
/// it shows the form.
pub(crate) fn is_of_login(request: &Request, console: ConsoleFiles) -> bool {
    let path = request.uri().path();
    match *request.method() {
        Method::POST => path == "/auth",
        Method::GET | Method::HEAD => {
            matches!(path, "/" | "/api/profile" | "/validate-session")
                || page::is_page(path)
                || path.starts_with("/assets/")
                || path == "/haltere.css"
                || file::is_beside_the_page(console, path)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use futures_util::FutureExt;

    use super::*;

    fn at(network: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, network])
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_stays_for_long() {
        let guests = Guests::new(4);
        assert!(guests.serve(Some(at(1)), pending::<()>()).await.is_err());
        assert!(guests.crowd().is_empty());
        assert!(guests.serve(Some(at(1)), async { 1 }).await.is_ok_and(|one| one == 1));
    }

    #[tokio::test]
    async fn whoever_has_most_under_way_gives_way_to_others() {
        let guests = Guests::new(4);
        let mut stays = Vec::new();
        for network in [1, 1, 2, 2] {
            let mut stay = Box::pin(guests.serve(Some(at(network)), pending::<()>()));
            assert!(stay.as_mut().now_or_never().is_none());
            stays.push(stay);
        }
        assert!(guests.serve(Some(at(1)), async {}).await.is_err(), "one has half at the most");
        assert!(guests.serve(Some(at(3)), async {}).await.is_ok());
        let ended = stays.iter_mut().map(|stay| stay.as_mut().now_or_never().is_some());
        assert_eq!(ended.filter(|ended| *ended).count(), 1);
        drop(stays);
        assert!(guests.crowd().is_empty());
    }
}
