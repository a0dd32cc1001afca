//! Memory for a body: counted against a budget as it grows, and overwritten when it is dropped.

use haltere_core::Reservation;
use haltere_core::quota::QuotaExceeded;
use zeroize::Zeroizing;

/// Bytes that leave no copy behind when they outgrow their buffer, and what they count as.
pub(crate) struct BudgetedBuffer {
    bytes: Zeroizing<Vec<u8>>,
    /// About how many there will be.
    expected: usize,
    /// How many there may be.
    limit: usize,
    reservation: Reservation,
}

impl BudgetedBuffer {
    /// Takes nothing yet.
    pub(super) fn new(reservation: Reservation, expected: usize, limit: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::new()), expected, limit, reservation }
    }

    /// Takes more in; what is there stays when the budget is used up. The caller sees to it that the
    /// bytes stay within the limit.
    pub(super) fn extend(&mut self, more: &[u8]) -> Result<(), QuotaExceeded> {
        let (capacity, needed) = (self.bytes.capacity(), self.bytes.len() + more.len());
        if needed > capacity {
            // At most twice what has come, so that announcing a large body costs nothing, and no more than there
            // may be, so that a body within its limit is never refused for what it does not need. And exactly
            // that: what a vector takes on top would count nowhere.
            let wish =
                if needed <= self.expected { self.expected.min(2 * needed) } else { 2 * capacity };
            let larger = needed.max(wish.min(self.limit));
            self.reservation.grow(larger - capacity)?;
            let mut bytes = Zeroizing::new(Vec::with_capacity(larger));
            bytes.extend_from_slice(&self.bytes);
            // Overwrites the old content.
            self.bytes = bytes;
        }
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    /// Counts memory that is needed in addition to the bytes.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), QuotaExceeded> {
        self.reservation.grow(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
