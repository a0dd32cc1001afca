//! The subscriptions of a session, compared with what its link wants.

use haltere_core::{MqttReason, RefusedFilter, TopicFilter};

use crate::Interest;
use crate::transport::codec::reason_code;

/// The subscriptions that a session has asked for, and the broker's answer to each.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    // At most as many as the largest interest.
    all: Vec<Subscription>,
}

#[derive(Debug)]
struct Subscription {
    filter: TopicFilter,
    state: SubscriptionState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SubscriptionState {
    /// SUBSCRIBE was sent, with this filter at `index`. SUBACK has the code at the same index.
    Requested {
        packet_id: u16,
        index: usize,
    },
    Granted,
    Refused(MqttReason),
}

/// The broker's answer to all subscriptions so far.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InterestAnswer {
    /// The broker has granted at least one.
    pub(crate) is_granted: bool,
    /// Those that it has refused.
    pub(crate) refused: Vec<RefusedFilter>,
}

impl Subscriptions {
    /// The wanted filters that are neither requested nor granted. Refused ones are among them, because an
    /// operator may have changed the broker's permissions.
    pub(super) fn missing(&self, interest: &Interest) -> Vec<TopicFilter> {
        let is_missing = |filter: &&TopicFilter| {
            let known = self.all.iter().find(|it| it.filter == **filter);
            known.is_none_or(|it| matches!(it.state, SubscriptionState::Refused(_)))
        };
        interest.filters().iter().filter(is_missing).cloned().collect()
    }

    /// Removes the subscriptions that are not wanted, and returns those that the broker has to end.
    pub(super) fn remove_unwanted(&mut self, interest: &Interest) -> Vec<TopicFilter> {
        let unwanted = self.all.extract_if(.., |it| !interest.contains(&it.filter));
        let is_held = |it: &Subscription| !matches!(it.state, SubscriptionState::Refused(_));
        unwanted.filter(is_held).map(|it| it.filter).collect()
    }

    /// These filters were sent in a SUBSCRIBE with this packet identifier.
    pub(super) fn requested(&mut self, filters: Vec<TopicFilter>, packet_id: u16) {
        self.all.retain(|it| !filters.contains(&it.filter));
        // Each link has one of these.
        self.all.reserve_exact(filters.len());
        let requested = filters.into_iter().enumerate().map(|(index, filter)| {
            let state = SubscriptionState::Requested { packet_id, index };
            Subscription { filter, state }
        });
        self.all.extend(requested);
    }

    /// Takes a SUBACK into account: a code for each filter of its SUBSCRIBE. Returns `None` if it belongs to
    /// another one. A filter without a code counts as refused.
    pub(super) fn acknowledged(&mut self, packet_id: u16, codes: &[u8]) -> Option<InterestAnswer> {
        let mut is_ours = false;
        for subscription in &mut self.all {
            if let SubscriptionState::Requested { packet_id: id, index } = subscription.state
                && id == packet_id
            {
                is_ours = true;
                subscription.state = match codes.get(index).copied().unwrap_or(0x80) {
                    0..0x80 => SubscriptionState::Granted,
                    code => SubscriptionState::Refused(reason_code(code)),
                };
            }
        }
        is_ours.then(|| self.answer())
    }

    fn answer(&self) -> InterestAnswer {
        let refused = self.all.iter().filter_map(|it| match it.state {
            SubscriptionState::Refused(reason) => {
                Some(RefusedFilter { filter: it.filter.clone(), reason })
            }
            _ => None,
        });
        InterestAnswer {
            is_granted: self.all.iter().any(|it| it.state == SubscriptionState::Granted),
            refused: refused.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(texts: &[&str]) -> Vec<TopicFilter> {
        texts.iter().map(|text| TopicFilter::parse(text).expect("valid")).collect()
    }

    fn interest(texts: &[&str]) -> Interest {
        filters(texts).into_iter().collect()
    }

    fn refused(texts: &[&str], reason: MqttReason) -> Vec<RefusedFilter> {
        filters(texts).into_iter().map(|filter| RefusedFilter { filter, reason }).collect()
    }

    #[test]
    fn subscriptions_follow_the_interest() {
        let mut subscriptions = Subscriptions::default();
        let wanted = interest(&["a", "b", "c"]);
        assert_eq!(subscriptions.missing(&wanted), filters(&["a", "b", "c"]));
        subscriptions.requested(filters(&["a", "b", "c"]), 1);
        assert_eq!(subscriptions.missing(&wanted), filters(&[]), "all are requested");
        assert_eq!(subscriptions.acknowledged(2, &[0]), None, "of another SUBSCRIBE");
        let answer = subscriptions.acknowledged(1, &[0, 0x87]).expect("ours");
        let mut expected = refused(&["b"], MqttReason::NotAuthorized);
        expected.extend(refused(&["c"], MqttReason::UnspecifiedError));
        assert_eq!(answer, InterestAnswer { is_granted: true, refused: expected });

        // One is new, one no longer wanted, and the refused one is asked for again.
        let wanted = interest(&["b", "d"]);
        assert_eq!(subscriptions.remove_unwanted(&wanted), filters(&["a"]), "c is not held");
        assert_eq!(subscriptions.missing(&wanted), filters(&["b", "d"]));
        subscriptions.requested(filters(&["b", "d"]), 2);
        let answer = subscriptions.acknowledged(2, &[0x97, 1]).expect("ours");
        let refused = refused(&["b"], MqttReason::QuotaExceeded);
        assert_eq!(answer, InterestAnswer { is_granted: true, refused });
        assert_eq!(subscriptions.remove_unwanted(&Interest::none()), filters(&["d"]));
        assert!(subscriptions.all.is_empty());
    }

    #[test]
    fn a_filter_that_is_removed_before_suback_does_not_shift_the_codes() {
        let mut subscriptions = Subscriptions::default();
        subscriptions.requested(filters(&["a", "b", "c"]), 1);
        assert_eq!(subscriptions.remove_unwanted(&interest(&["b", "c"])), filters(&["a"]));
        let answer = subscriptions.acknowledged(1, &[0, 0x87, 0]).expect("ours");
        let refused = refused(&["b"], MqttReason::NotAuthorized);
        assert_eq!(answer, InterestAnswer { is_granted: true, refused });
    }
}
