//! Cuts input into pieces, as a network does.

/// Bytes in pieces of random lengths, the same for the same seed. Some pieces are empty.
pub(super) struct Cuts<'b> {
    rest: &'b [u8],
    state: u64,
}

impl<'b> Cuts<'b> {
    pub(super) fn new(bytes: &'b [u8], seed: u8) -> Self {
        Self { rest: bytes, state: seed.into() }
    }
}

impl<'b> Iterator for Cuts<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        // A linear congruential generator. Its high bits are the random ones.
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bits = (self.state >> 48) as u16;
        let longest = 1_usize << (bits & 7);
        let length = usize::from(bits >> 3) % (longest + 1);
        let (piece, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        Some(piece)
    }
}
