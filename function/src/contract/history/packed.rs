//! Numbers of fixed widths, packed into text: each character has six bits. Its alphabet is that of URLs in base64,
//! which needs no escapes in JSON and has no `{{`, which SSM rejects.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const BITS: u32 = 6;

/// Return the number of characters for this many bits.
pub(super) const fn chars(bits: usize) -> usize {
    bits.div_ceil(BITS as usize)
}

/// Packs numbers, the first one first.
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
    /// Bits that do not fill a character yet, and how many.
    rest: u64,
    bits: u32,
}

impl Writer {
    /// Append a number of up to 32 bits. One that is too large for its width becomes the largest that fits.
    pub fn put(&mut self, number: impl Into<u64>, width: u32) {
        let number = number.into().min((1 << width) - 1);
        self.rest = self.rest << width | number;
        self.bits += width;
        while self.bits >= BITS {
            self.bits -= BITS;
            self.push(self.rest >> self.bits & 63);
        }
        self.rest &= (1 << self.bits) - 1;
    }

    /// Return the text. The last character is filled with zeros.
    pub fn finish(mut self) -> String {
        if self.bits > 0 {
            self.push(self.rest << (BITS - self.bits) & 63);
        }
        self.text
    }

    fn push(&mut self, index: u64) {
        let index = usize::try_from(index).unwrap_or_default();
        self.text.push(char::from(ALPHABET[index]));
    }
}

/// Reads what a [`Writer`] has packed.
#[derive(Debug)]
pub struct Reader<'a> {
    text: std::str::Bytes<'a>,
    rest: u64,
    bits: u32,
}

impl<'a> Reader<'a> {
    /// Start at the beginning of a text.
    pub fn new(text: &'a str) -> Self {
        Self { text: text.bytes(), rest: 0, bits: 0 }
    }

    /// Return the next number of this width; nothing at the end of the text, or before a character that is not ours.
    pub fn take(&mut self, width: u32) -> Option<u32> {
        while self.bits < width {
            let next = value(self.text.next()?)?;
            self.rest = self.rest << BITS | u64::from(next);
            self.bits += BITS;
        }
        self.bits -= width;
        let number = self.rest >> self.bits;
        self.rest &= (1 << self.bits) - 1;
        u32::try_from(number).ok()
    }
}

/// Return the value of a character.
fn value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_width_are_read_as_they_were_written() {
        let numbers = [(1, 1), (0, 3), (127, 7), (2_047, 11), (u64::from(u32::MAX), 32), (5, 6), (0, 32)];
        let mut writer = Writer::default();
        numbers.iter().for_each(|(number, width)| writer.put(*number, *width));
        let text = writer.finish();
        let bits: u32 = numbers.iter().map(|(_, width)| width).sum();
        assert_eq!(text.len(), chars(bits as usize));
        let mut reader = Reader::new(&text);
        for (number, width) in numbers {
            assert_eq!(reader.take(width).map(u64::from), Some(number));
        }
        assert_eq!(reader.take(7), None, "only padding is left");
    }

    #[test]
    fn a_number_that_is_too_large_becomes_the_largest() {
        let mut writer = Writer::default();
        writer.put(3_000_u32, 11);
        writer.put(1_u32, 1);
        let text = writer.finish();
        let mut reader = Reader::new(&text);
        assert_eq!((reader.take(11), reader.take(1)), (Some(2_047), Some(1)));
    }

    #[test]
    fn all_characters_are_distinct_and_others_end_the_text() {
        for (index, byte) in ALPHABET.iter().enumerate() {
            assert_eq!(value(*byte).map(usize::from), Some(index));
        }
        let mut reader = Reader::new("A+A");
        assert_eq!((reader.take(6), reader.take(6)), (Some(0), None));
    }
}
