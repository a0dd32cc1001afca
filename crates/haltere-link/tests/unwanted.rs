//! Messages that nothing wants must not allocate: on the whole way from the socket, through the link's
//! task, to the point where they are dropped. A binary of its own, because it replaces the allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use haltere_link::{LinkConfig, LinkSpec, Supervisor};
use haltere_mosquitto::sys;
use haltere_testkit::clock::RealClock;
use haltere_testkit::wait::{DEADLINE, within};
use haltere_testkit::{Peer, builders};
use tokio::runtime::Builder;
use tokio::sync::Notify;

/// The system's allocator, with a count for each thread.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}

#[expect(unsafe_code, reason = "an allocator has no safe interface")]
// SAFETY: all methods do what the system's allocator does; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MESSAGES: usize = 100_000;

#[test]
fn unwanted_messages_do_not_allocate() {
    let unwanted = publish("plant/line-3/temperature", b"21.5");
    // The broker has threads of its own, whose allocations don't count.
    let elsewhere = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let elsewhere = elsewhere.expect("a runtime");
    let script = Peer::script()
        .read_connect()
        .connack(0)
        .answer_subscribe()
        .publish(sys::VERSION, "quiet")
        .serve()
        .publish(sys::VERSION, "still quiet")
        .serve()
        .send(unwanted.repeat(MESSAGES))
        .publish(sys::VERSION, "flooded")
        .serve();
    let peer = elsewhere.block_on(async { elsewhere.spawn(script.start()).await });
    let peer = peer.expect("it listens");

    // Everything else runs on this thread.
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let changed = Arc::new(Notify::new());
        let observer = Arc::clone(&changed);
        let on_change = Box::new(move |_: &_| observer.notify_one());
        let supervisor = Supervisor::new(LinkConfig::default(), Arc::new(RealClock), on_change);
        let url = builders::url(&peer.url("mqtt"));
        let spec = Arc::new(LinkSpec::new(builders::id("flooded"), url, "haltere-flooded"));
        supervisor.reconcile(&[Arc::clone(&spec)]);
        until_version(&supervisor, &changed, &spec, "quiet").await;

        let mut allocations = Vec::new();
        for version in ["still quiet", "flooded"] {
            let before = ALLOCATIONS.get();
            peer.go_on();
            until_version(&supervisor, &changed, &spec, version).await;
            allocations.push(ALLOCATIONS.get() - before);
        }
        // The new version itself allocates in both cases. The buffer for messages that come in two parts
        // grows in a few steps.
        let [quiet, flooded] = allocations[..] else { unreachable!("two rounds") };
        assert!(quiet > 0, "nothing was counted");
        assert!(
            flooded <= quiet + 10,
            "{flooded} allocations with {MESSAGES} messages, {quiet} without"
        );
        supervisor.shutdown(DEADLINE).await;
    });
}

/// A PUBLISH of MQTT 5 with QoS 0, an expiry and a user property, as many publishers send them.
fn publish(topic: &str, payload: &[u8]) -> Vec<u8> {
    let properties = b"\x02\0\0\0\x3c\x26\0\x04unit\0\x02\xc2\xb0";
    let length = |text: &[u8]| u8::try_from(text.len()).expect("short");
    let mut body = vec![0, length(topic.as_bytes())];
    body.extend(topic.as_bytes());
    body.push(length(properties));
    body.extend(properties);
    body.extend(payload);
    [&[0x30, length(&body)], &body[..]].concat()
}

async fn until_version(supervisor: &Supervisor, changed: &Notify, spec: &LinkSpec, version: &str) {
    let is_known = || {
        let status = supervisor.status(&spec.id)?;
        status.broker.as_ref()?.version.as_deref().map(|known| known == version)
    };
    let known = async {
        while is_known() != Some(true) {
            changed.notified().await;
        }
    };
    within("a new version", DEADLINE * 3, known).await;
}
