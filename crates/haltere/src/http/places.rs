//! Places for connections: how many there are, and who gets one.
//!
//! A connection gets one of the general places; where they are taken, one of those that are kept. On a kept
//! place only the head of a request is read, and only health checks, callers with a session and logins are
//! served ([`haltere_api::Kept`]), the last for one request each and few at a time. One address has a share of
//! both, so that it can't be in all others' way. When places run out, connections that do nothing give way to
//! newcomers, which wait for a moment: few at a time, and each in its own task ([`waiting`]).

mod waiting;

use parking_lot::{Mutex, MutexGuard};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use haltere_core::Network;
use haltere_core::shares::neighbourhood;
use tokio_util::sync::CancellationToken;

use super::episode::Episode;
use super::progress::Progress;
pub(super) use waiting::Entered;
use waiting::Heir;

/// One place in so many is kept for health checks, callers with a session and logins.
const KEPT: usize = 8;

/// One address gets one place in so many.
const SHARE: usize = 4;

/// What one browser opens, at least: the share of an address where there are few places.
const BROWSER: usize = 8;

/// One newcomer may wait for so many places.
const WAITING: usize = 16;

/// How many places there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    general: usize,
    kept: usize,
    per_address: usize,
    kept_per_address: usize,
    waiting: usize,
    waiting_per_address: usize,
}

impl Bounds {
    /// Shares `all` places out. `per_address` is what one address gets of the general ones; by default a
    /// quarter of all.
    pub(crate) fn of(all: NonZeroUsize, per_address: Option<NonZeroUsize>) -> Self {
        let all = all.get();
        let kept = all / KEPT;
        let share = (all / SHARE).max(BROWSER);
        let waiting = (all / WAITING).max(1);
        Self {
            general: all - kept,
            kept,
            per_address: per_address.map_or(share, NonZeroUsize::get).min(all),
            kept_per_address: kept.div_ceil(SHARE),
            waiting,
            waiting_per_address: waiting.div_ceil(SHARE),
        }
    }

    /// How many kept places may be taken by logins under way: half of them, so that health checks and callers
    /// with a session find one.
    pub(crate) fn logins(self) -> usize {
        self.kept / 2
    }
}

/// The places. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Places(Arc<Inner>);

struct Inner {
    bounds: Bounds,
    /// Proxies, whose connections are those of many people: they have no share of their own.
    trusted: Vec<Network>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: Taken,
    /// What each network has, and what it waits for.
    networks: HashMap<IpAddr, Taken>,
    /// Newcomers, by the number of the seat that was asked to give way.
    heirs: HashMap<u64, Heir>,
    /// Those that can give way, the one that has done nothing for longest first.
    idle: BTreeMap<u64, Arc<Seat>>,
    /// Those on kept places without a session and without a request under way, the oldest first.
    unknown: BTreeMap<u64, Arc<Seat>>,
    next: u64,
    ended: u64,
    turned_away: Episode,
    gave_way: Episode,
    stalled: Episode,
}

#[derive(Default, Clone, Copy)]
struct Taken {
    general: usize,
    kept: usize,
    waiting: usize,
}

/// What the log tells about places, counted since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    /// Connections open now.
    pub open: usize,
    /// Connections that have ended.
    pub ended: u64,
    /// Connections that got no place.
    pub turned_away: u64,
    /// Connections that did nothing and gave way to others.
    pub gave_way: u64,
    /// Connections that were ended because their reader took nothing.
    pub stalled: u64,
}

/// A connection, as the others see it.
struct Seat {
    number: u64,
    network: Option<IpAddr>,
    is_kept: bool,
    progress: Arc<Progress>,
    give_way: CancellationToken,
}

/// A place; given back when dropped.
pub(crate) struct Place {
    places: Places,
    seat: Arc<Seat>,
    /// Where it stands among the idle or the unknown ones.
    number: Mutex<Option<u64>>,
    has_session: AtomicBool,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TurnedAway {
    /// The address has all it may have.
    pub(super) is_own: bool,
}

/// What there is for a newcomer.
enum Entry {
    Taken(Arc<Seat>),
    /// This one will go.
    GivesWay(Arc<Seat>),
    /// None will.
    Full(TurnedAway),
}

impl Places {
    pub(crate) fn new(bounds: Bounds, trusted: Vec<Network>) -> Self {
        let state = Mutex::default();
        Self(Arc::new(Inner { bounds, trusted, state }))
    }

    /// A place for a connection from `peer`, at the cost of one that does nothing if need be. Says at once
    /// whether there is one; waiting for it is up to the caller.
    pub(super) fn enter(
        &self,
        peer: IpAddr,
        progress: &Arc<Progress>,
    ) -> Result<Entered, TurnedAway> {
        let peer = peer.to_canonical();
        let is_proxy = self.0.trusted.iter().any(|network| network.contains(peer));
        let network = (!is_proxy).then(|| neighbourhood(peer));
        let mut state = self.state();
        match state.enter(&self.0.bounds, network, progress) {
            Entry::Taken(seat) => {
                drop(state);
                Ok(Entered::Now(self.place(seat)))
            }
            Entry::GivesWay(seat) => Ok(Entered::Soon(state.wait(self, &seat, network, progress))),
            Entry::Full(turned_away) => {
                state.turn_away();
                Err(turned_away)
            }
        }
    }

    /// What has happened so far.
    pub(crate) fn count(&self) -> Count {
        let state = self.state();
        Count {
            open: state.taken.general + state.taken.kept,
            ended: state.ended,
            turned_away: state.turned_away.count(),
            gave_way: state.gave_way.count(),
            stalled: state.stalled.count(),
        }
    }

    fn place(&self, seat: Arc<Seat>) -> Place {
        let place = Place {
            places: self.clone(),
            seat,
            number: Mutex::default(),
            has_session: AtomicBool::new(false),
        };
        if place.is_kept() {
            place.stand(|state| &mut state.unknown);
        } else {
            place.stand(|state| &mut state.idle);
        }
        place
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock()
    }
}

impl State {
    /// Takes a place, or asks another connection to give way.
    fn enter(
        &mut self,
        bounds: &Bounds,
        network: Option<IpAddr>,
        progress: &Arc<Progress>,
    ) -> Entry {
        if let Some(seat) = self.take(bounds, network, false, progress) {
            return Entry::Taken(seat);
        }
        let of_network = self.of_network(network);
        let over_share = network.is_some() && of_network.general >= bounds.per_address;
        let over_kept = network.is_some() && of_network.kept >= bounds.kept_per_address;
        let may_wait = self.heirs.len() < bounds.waiting
            && (network.is_none() || of_network.waiting < bounds.waiting_per_address);
        // One that is over its share takes the place of its own kind alone.
        if may_wait && let Some(seat) = self.idle_gives_way(network.filter(|_| over_share)) {
            return Entry::GivesWay(seat);
        }
        if let Some(seat) = self.take(bounds, network, true, progress) {
            return Entry::Taken(seat);
        }
        if may_wait && let Some(seat) = self.unknown_gives_way(network.filter(|_| over_kept)) {
            return Entry::GivesWay(seat);
        }
        Entry::Full(self.no_place(bounds, network))
    }

    /// A place that is free.
    fn take(
        &mut self,
        bounds: &Bounds,
        network: Option<IpAddr>,
        is_kept: bool,
        progress: &Arc<Progress>,
    ) -> Option<Arc<Seat>> {
        let of_network = self.of_network(network).of(is_kept);
        let (share, all) = if is_kept {
            (bounds.kept_per_address, bounds.kept)
        } else {
            (bounds.per_address, bounds.general)
        };
        let has_share = network.is_none() || of_network < share;
        if !has_share || self.taken.of(is_kept) >= all {
            return None;
        }
        self.taken.change(is_kept, |taken| *taken += 1);
        self.change_network(network, |taken| taken.change(is_kept, |taken| *taken += 1));
        Some(self.sit(network, is_kept, progress))
    }

    fn no_place(&self, bounds: &Bounds, network: Option<IpAddr>) -> TurnedAway {
        let of_network = self.of_network(network);
        let has_share =
            of_network.general >= bounds.per_address && of_network.kept >= bounds.kept_per_address;
        let is_full = self.taken.general >= bounds.general && self.taken.kept >= bounds.kept;
        TurnedAway { is_own: network.is_some() && has_share && !is_full }
    }

    fn turn_away(&mut self) {
        self.turned_away.happened("connections were turned away: all places are taken");
    }

    fn of_network(&self, network: Option<IpAddr>) -> Taken {
        network.and_then(|it| self.networks.get(&it).copied()).unwrap_or_default()
    }

    fn change_network(&mut self, network: Option<IpAddr>, change: impl FnOnce(&mut Taken)) {
        let Some(network) = network else { return };
        let taken = self.networks.entry(network).or_default();
        change(taken);
        if taken.general + taken.kept == 0 {
            self.networks.remove(&network);
        }
    }

    fn sit(
        &mut self,
        network: Option<IpAddr>,
        is_kept: bool,
        progress: &Arc<Progress>,
    ) -> Arc<Seat> {
        let (number, give_way) = (self.next(), CancellationToken::new());
        Arc::new(Seat { number, network, is_kept, progress: Arc::clone(progress), give_way })
    }

    fn next(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Asks the connection that has done nothing for longest, `within` a network if one is given.
    fn idle_gives_way(&mut self, within: Option<IpAddr>) -> Option<Arc<Seat>> {
        let fits = |seat: &Seat| within.is_none() || seat.network == within;
        let mut idle = self.idle.iter();
        let found = idle.find(|(_, seat)| fits(seat) && !seat.progress.is_blocked());
        let number = found.map(|(number, _)| *number)?;
        let seat = self.idle.remove(&number)?;
        Some(self.gives_way(seat))
    }

    fn unknown_gives_way(&mut self, within: Option<IpAddr>) -> Option<Arc<Seat>> {
        let mut unknown = self.unknown.iter();
        let found = unknown.find(|(_, seat)| within.is_none() || seat.network == within);
        let number = found.map(|(number, _)| *number)?;
        let seat = self.unknown.remove(&number)?;
        Some(self.gives_way(seat))
    }

    fn gives_way(&mut self, seat: Arc<Seat>) -> Arc<Seat> {
        seat.give_way.cancel();
        self.gave_way.happened("idle connections gave way to newer ones: places ran out");
        seat
    }
}

impl Taken {
    fn change(&mut self, is_kept: bool, change: impl FnOnce(&mut usize)) {
        change(if is_kept { &mut self.kept } else { &mut self.general });
    }

    fn of(self, is_kept: bool) -> usize {
        if is_kept { self.kept } else { self.general }
    }
}

impl Place {
    /// Whether it is one of those that are kept for health checks, callers with a session and logins.
    pub(super) fn is_kept(&self) -> bool {
        self.seat.is_kept
    }

    /// Whether the connection was used with a session.
    pub(super) fn has_session(&self) -> bool {
        self.has_session.load(Ordering::Relaxed)
    }

    /// Whether a request is under way, or the connection belongs to a session.
    pub(super) fn is_in_use(&self) -> bool {
        self.number().is_none()
    }

    /// Waits until the place is needed by somebody else.
    pub(super) async fn give_way(&self) {
        self.seat.give_way.cancelled().await;
    }

    /// A request has come: nobody else gets the place now.
    pub(super) fn begins(&self) {
        if !self.has_session() {
            self.stand_down();
        }
    }

    /// A request was answered; whether to a caller with a session. Such a connection keeps its place.
    pub(super) fn ends(&self, has_session: bool) {
        if has_session {
            self.has_session.store(true, Ordering::Relaxed);
        }
        if self.has_session() {
            return;
        }
        if self.is_kept() {
            // It is closed once its answer is taken, and has to go earlier when the place is needed.
            self.stand(|state| &mut state.unknown);
        } else {
            self.stand(|state| &mut state.idle);
        }
    }

    /// The connection was ended because its reader took nothing.
    pub(super) fn stalled(&self) {
        let mut state = self.places.state();
        state.stalled.happened("connections were ended: their readers took nothing");
    }

    fn stand(&self, list: impl FnOnce(&mut State) -> &mut BTreeMap<u64, Arc<Seat>>) {
        let mut standing = self.number();
        if standing.is_some() {
            return;
        }
        let mut state = self.places.state();
        let number = state.next();
        // One that was asked to give way is not asked twice.
        if !self.seat.give_way.is_cancelled() {
            list(&mut state).insert(number, Arc::clone(&self.seat));
        }
        *standing = Some(number);
    }

    fn stand_down(&self) {
        let Some(number) = self.number().take() else { return };
        let mut state = self.places.state();
        state.idle.remove(&number);
        state.unknown.remove(&number);
    }

    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.number.lock()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.stand_down();
        let Seat { number, network, is_kept, .. } = *self.seat;
        let mut state = self.places.state();
        state.ended += 1;
        state.change_network(network, |taken| taken.change(is_kept, |taken| *taken -= 1));
        let Some(heir) = state.heirs.remove(&number) else {
            state.taken.change(is_kept, |taken| *taken -= 1);
            return;
        };
        let (heir, seat) = state.inherit(heir, is_kept);
        drop(state);
        // An heir that has gone drops the place, which needs the state.
        let _ = heir.send(self.places.place(seat));
    }
}

#[cfg(test)]
mod tests;
