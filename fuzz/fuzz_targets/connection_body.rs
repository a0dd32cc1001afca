#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| haltere_api::fuzzing::connection_body(input));
