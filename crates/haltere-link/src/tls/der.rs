//! The little DER that has to be read by hand: algorithm identifiers as raw bytes. They distinguish
//! signature algorithms, and no parser returns them.

/// The first element of some DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    /// Without its header.
    pub(super) content: &'a [u8],
    /// With its header.
    pub(super) whole: &'a [u8],
    /// What follows it.
    pub(super) rest: &'a [u8],
}

/// The first element, if it is all there.
pub(super) fn element(der: &[u8]) -> Option<Element<'_>> {
    let (content, rest) = split(der)?;
    let whole = &der[..der.len() - rest.len()];
    Some(Element { tag: *der.first()?, content, whole, rest })
}

/// Splits off the first element: its contents, and what follows it.
pub(super) fn split(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // At most four bytes of length: nothing here comes near 4 GiB.
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// The algorithm identifier (without its header) of a `SubjectPublicKeyInfo`.
pub(super) fn public_key_algorithm(spki: &[u8]) -> Option<&[u8]> {
    let (fields, _) = split(spki)?;
    let (algorithm, _) = split(fields)?;
    Some(algorithm)
}

/// The algorithm identifier (without its header) of the signature on a certificate.
pub(super) fn signature_algorithm(certificate: &[u8]) -> Option<&[u8]> {
    let (fields, _) = split(certificate)?;
    let (_to_be_signed, fields) = split(fields)?;
    let (algorithm, _) = split(fields)?;
    Some(algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_lengths_are_understood() {
        assert_eq!(split(&[0x04, 2, 7, 8, 9]), Some((&[7, 8][..], &[9][..])));
        let mut long = vec![0x30, 0x82, 1, 0];
        long.resize(4 + 256, 5);
        assert_eq!(split(&long), Some((&long[4..], &[][..])));
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        for der in [&[][..], &[4], &[4, 2, 1], &[4, 0x80], &[4, 0x82, 1], &[4, 0x85, 0, 0, 0, 0, 0]]
        {
            assert_eq!(split(der), None, "{der:?}");
        }
    }
}
