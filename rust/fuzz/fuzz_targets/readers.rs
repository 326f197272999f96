#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    gitfleet_core::checks::check_readers(input);
});
