//! Checking RSA signatures (RFC 8017, 8.1.2 and 8.2.2).
//!
//! All that is done here is public: key, message and signature. There is no secret to leak by time.

use std::iter;

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use num_bigint::BigUint;
use x509_parser::public_key::RSAPublicKey;

use super::hash::Hash;
use super::pss::PssParameters;

/// OpenSSL's own bound.
const MAX_BITS: u64 = 16_384;
/// Beyond this, checking takes its time. The usual one is 65,537.
const MAX_EXPONENT_BITS: u64 = 33;

/// An RSA public key.
#[derive(Debug)]
pub(in super::super) struct RsaKey {
    modulus: BigUint,
    exponent: BigUint,
}

impl RsaKey {
    /// `None` if it is invalid, or would take too long.
    pub(super) fn new(key: &RSAPublicKey<'_>) -> Option<Self> {
        // DER's integers are signed.
        let number = |bytes: &[u8]| {
            let is_negative = bytes.first().is_none_or(|first| first & 0x80 != 0);
            (!is_negative).then(|| BigUint::from_bytes_be(bytes))
        };
        let (modulus, exponent) = (number(key.modulus)?, number(key.exponent)?);
        let is_odd = modulus.bit(0) && exponent.bit(0);
        let is_usable = modulus.bits() <= MAX_BITS
            && (2..=MAX_EXPONENT_BITS).contains(&exponent.bits())
            && exponent < modulus;
        (is_odd && is_usable).then_some(Self { modulus, exponent })
    }

    /// The size of its modulus.
    pub(in super::super) fn bits(&self) -> u64 {
        self.modulus.bits()
    }

    /// Whether it made `signature` as PKCS#1 1.5 has it. What has to be there is made and compared, not
    /// taken apart.
    pub(super) fn verifies_pkcs1(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let Some(found) = self.encoded_message(signature, self.bits().div_ceil(8)) else {
            return false;
        };
        let info = digest_info(hash, message);
        // Two bytes in front, at least eight of filling, and one behind that.
        let Some(filling) = found.len().checked_sub(info.len() + 3).filter(|it| *it >= 8) else {
            return false;
        };
        let expected =
            [0, 1].into_iter().chain(iter::repeat_n(0xff, filling)).chain([0]).chain(info);
        expected.eq(found)
    }

    /// Whether it made `signature` with these parameters of RSA-PSS.
    pub(super) fn verifies_pss(
        &self,
        pss: PssParameters,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let bits = self.bits() - 1;
        let Some(found) = self.encoded_message(signature, bits.div_ceil(8)) else { return false };
        is_pss_encoding(&found, bits, pss, message).is_some_and(|is| is)
    }

    /// What was signed, in `length` bytes; `None` when it does not fit.
    fn encoded_message(&self, signature: &[u8], length: u64) -> Option<Vec<u8>> {
        let has_length = u64::try_from(signature.len()).ok()? == self.modulus.bits().div_ceil(8);
        let signature = Some(BigUint::from_bytes_be(signature))
            .filter(|number| has_length && *number < self.modulus)?;
        let found = signature.modpow(&self.exponent, &self.modulus).to_bytes_be();
        let missing = usize::try_from(length).ok()?.checked_sub(found.len())?;
        Some([vec![0; missing], found].concat())
    }
}

/// `DigestInfo`, DER: the hash function and the hash.
fn digest_info(hash: Hash, message: &[u8]) -> Vec<u8> {
    let digest = hash.of(message);
    let length = u8::try_from(hash.len()).expect("a hash is at most 64 bytes long");
    // SEQUENCE { SEQUENCE { OBJECT IDENTIFIER 2.16.840.1.101.3.4.2.n, NULL }, OCTET STRING }
    let mut info = vec![0x30, 17 + length, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2];
    info.extend([hash.oid_end(), 5, 0, 4, length]);
    info.extend(digest.as_ref());
    info
}

/// EMSA-PSS-VERIFY (RFC 8017, 9.1.2); `None` when a length does not fit.
fn is_pss_encoding(encoded: &[u8], bits: u64, pss: PssParameters, message: &[u8]) -> Option<bool> {
    let (encoded, trailer) = encoded.split_at_checked(encoded.len().checked_sub(1)?)?;
    let (masked, hash) = encoded.split_at_checked(encoded.len().checked_sub(pss.hash.len())?)?;
    let unused = usize::try_from(bits.next_multiple_of(8) - bits).ok()?;
    let top = 0xff_u8.checked_shr(u32::try_from(unused).ok()?)?;
    if *trailer != [0xbc] || *masked.first()? & !top != 0 {
        return Some(false);
    }
    let mask = mask(pss.mask, hash, masked.len());
    let mut block: Vec<u8> = masked.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
    *block.first_mut()? &= top;
    let (filling, salt) = block.split_at_checked(block.len().checked_sub(pss.salt)?)?;
    let (&one, zeros) = filling.split_last()?;
    if one != 1 || zeros.iter().any(|byte| *byte != 0) {
        return Some(false);
    }
    let whole = [&[0; 8], pss.hash.of(message).as_ref(), salt].concat();
    Some(pss.hash.of(&whole).as_ref() == hash)
}

/// MGF1 (RFC 8017, B.2.1).
fn mask(hash: Option<Hash>, seed: &[u8], length: usize) -> Vec<u8> {
    let algorithm = hash.map_or(&SHA1_FOR_LEGACY_USE_ONLY, Hash::algorithm);
    (0_u32..)
        .flat_map(|counter| {
            let block = [seed, &counter.to_be_bytes()].concat();
            digest::digest(algorithm, &block).as_ref().to_vec()
        })
        .take(length)
        .collect()
}
