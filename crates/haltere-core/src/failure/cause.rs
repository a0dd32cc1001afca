//! What a reason says about its cause: sentences within the sentence.

use crate::failure::AlertMeaning;
use crate::sentence::Code;
use crate::{sentence_within, sentences};

sentences! {
    /// The use of an address that no broker has.
    #[derive(Copy)]
    pub enum SpecialNetwork {
        Metadata => "a cloud's metadata",
        LinkLocal => "link-local, where clouds keep their metadata",
        Multicast => "multicast",
        Broadcast => "broadcast",
        Unspecified => "no address of a host; for this machine write 127.0.0.1 or ::1",
        Reserved => "reserved",
    }
}
sentence_within!(SpecialNetwork: "network");

sentences! {
    /// What haltere did wrong.
    pub enum Bug {
        VersionRefusedTwice => "MQTT 3.1.1 was refused twice",
        NoAddress => "there was no address to dial",
        NoRoundtrip { code: Code } => "a round trip could not be made ({code})",
    }
}
sentence_within!(Bug: "bug");

sentences! {
    /// Why a name could not be looked up.
    pub enum ResolverFault {
        NoNameServer => "no name server can be reached",
        NameServerFailed { code: Code } => "the name server could not answer ({code})",
        NameServerSilent => "no answer came in time",
        NameServerUnreadable => "the name server's answer can't be read",
        NameServerSystem { words: String } => "{words}",
        NoLookup { code: Code } => "the lookup failed ({code})",
    }
}
sentence_within!(ResolverFault: "resolver");

sentences! {
    /// Why a connection can't be opened, or broke.
    pub enum IoFault {
        NoRouteToHost => "there is no route to the host",
        NoRouteToNetwork => "there is no route to its network",
        NetworkDown => "the network is down",
        BrokenPipe => "the other side has closed it",
        Aborted => "it was aborted",
        // The system's own text.
        System { words: String } => "{words}",
        AlertReceived { alert: AlertMeaning } => "TLS alert: {alert}",
        TlsBroken { code: Code } => "TLS: {code}",
        OtherIo { code: Code } => "{code}",
    }
}
sentence_within!(IoFault: "io");

sentences! {
    /// What is wrong with the answer to the WebSocket upgrade. Each is a main clause.
    #[derive(Copy)]
    pub enum UpgradeFault {
        HeadTooLong => "its answer has too long a head",
        NoAnswer => "it closed the connection without an answer",
        AnswerCutShort => "it closed the connection in the middle of its answer",
        NotHttp => "its answer is not HTTP",
        OldHttp => "its answer is HTTP/1.0, which has no upgrades",
        NoUpgradeHeader => "its answer has no header \"Upgrade: websocket\"",
        NoConnectionHeader => "its answer has no header \"Connection: Upgrade\"",
        OtherRequest => "its answer belongs to another request (Sec-WebSocket-Accept)",
        Extension => "its answer uses an extension that we did not ask for",
        NoSubprotocol => "it does not speak the subprotocol mqtt",
        NoRequest => "this URL can't be asked for",
    }
}
sentence_within!(UpgradeFault: "answer");

sentences! {
    /// The algorithm of a certificate's signature.
    pub enum SignatureAlgorithm {
        WithHash { scheme: String, hash: String } => "{scheme} with {hash}",
        Named { scheme: String } => "{scheme}",
        UnknownPss => "RSA-PSS with parameters that haltere does not know",
        UnknownAlgorithm { oid: String } => "an algorithm that haltere does not know ({oid})",
    }
}
sentence_within!(SignatureAlgorithm: "algorithm");

impl SignatureAlgorithm {
    /// Signatures by `scheme` over a hash.
    pub fn with(scheme: &str, hash: &str) -> Self {
        Self::WithHash { scheme: scheme.to_owned(), hash: hash.to_owned() }
    }
}
