//! Newcomers that wait for a place.
//!
//! Each waits for one connection that was asked to give way, and inherits its place: connections that come later
//! can't snatch it. It counts for the newcomer's address from the moment the other one is asked.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Place, Places, Seat, State, TurnedAway};
use crate::http::progress::Progress;

/// How long a newcomer waits for the connection that gives way to it: longer than that may take to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// A newcomer that was not turned away.
pub(in crate::http) enum Entered {
    /// With a place.
    Now(Place),
    /// When the connection that was asked has given way.
    Soon(Waiting),
}

impl Entered {
    /// The place, when it is there.
    pub(in crate::http) async fn place(self) -> Result<Place, TurnedAway> {
        match self {
            Self::Now(place) => Ok(place),
            Self::Soon(waiting) => waiting.place().await,
        }
    }
}

/// Who inherits a place.
pub(super) struct Heir {
    network: Option<IpAddr>,
    progress: Arc<Progress>,
    place: oneshot::Sender<Place>,
}

/// A newcomer that waits. Dropping it gives up what it waits for.
pub(in crate::http) struct Waiting {
    places: Places,
    /// Whose place it inherits.
    seat: u64,
    is_kept: bool,
    network: Option<IpAddr>,
    progress: Arc<Progress>,
    inherited: oneshot::Receiver<Place>,
}

impl Waiting {
    async fn place(mut self) -> Result<Place, TurnedAway> {
        if let Ok(Ok(place)) = timeout(PATIENCE, &mut self.inherited).await {
            return Ok(place);
        }
        let gave_up = self.places.state().give_up(self.seat, self.is_kept);
        if !gave_up && let Ok(place) = (&mut self.inherited).await {
            // It has come at the last moment.
            return Ok(place);
        }
        // Others may have left meanwhile.
        let bounds = &self.places.0.bounds;
        let mut state = self.places.state();
        for is_kept in [false, true] {
            if let Some(seat) = state.take(bounds, self.network, is_kept, &self.progress) {
                drop(state);
                return Ok(self.places.place(seat));
            }
        }
        state.turn_away();
        Err(state.no_place(bounds, self.network))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.places.state().give_up(self.seat, self.is_kept);
    }
}

impl State {
    /// A newcomer inherits the place of `seat`.
    pub(super) fn wait(
        &mut self,
        places: &Places,
        seat: &Seat,
        network: Option<IpAddr>,
        progress: &Arc<Progress>,
    ) -> Waiting {
        let (place, inherited) = oneshot::channel();
        let (number, is_kept) = (seat.number, seat.is_kept);
        self.heirs.insert(number, Heir { network, progress: Arc::clone(progress), place });
        self.change_network(network, |taken| {
            taken.change(is_kept, |taken| *taken += 1);
            taken.waiting += 1;
        });
        let (places, progress) = (places.clone(), Arc::clone(progress));
        Waiting { places, seat: number, is_kept, network, progress, inherited }
    }

    /// The heir's seat. It takes the place of the one that has left, and counts for its network already.
    pub(super) fn inherit(
        &mut self,
        heir: Heir,
        is_kept: bool,
    ) -> (oneshot::Sender<Place>, Arc<Seat>) {
        let Heir { network, progress, place } = heir;
        self.change_network(network, |taken| taken.waiting -= 1);
        (place, self.sit(network, is_kept, &progress))
    }

    /// Whether a newcomer still waited for that seat. It does so no more.
    fn give_up(&mut self, seat: u64, is_kept: bool) -> bool {
        let Some(heir) = self.heirs.remove(&seat) else { return false };
        self.change_network(heir.network, |taken| {
            taken.change(is_kept, |taken| *taken -= 1);
            taken.waiting -= 1;
        });
        true
    }
}
