#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| haltere_link::fuzzing::framer(input));
