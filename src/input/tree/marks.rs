//! Characters to bytes: the YAML library counts the former, spans count the latter.
//!
//! Enters: a text, marks in it. Leaves: byte offsets. Refuses to know: what stands there.

/// How many characters lie between two remembered offsets.
const STRIDE: usize = 64;

/// Byte offsets of a text's characters, in constant time each.
pub struct Marks<'s> {
    text: &'s str,
    /// The offset of every [`STRIDE`]th character; empty if every character is a byte.
    offsets: Vec<usize>,
}

impl<'s> Marks<'s> {
    /// Goes through the text once.
    pub fn new(text: &'s str) -> Self {
        let offsets = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().step_by(STRIDE).map(|(offset, _)| offset).collect()
        };
        Self { text, offsets }
    }

    /// Where the character with this index begins; the end of the text for one past the last.
    pub fn byte(&self, index: usize) -> usize {
        if self.offsets.is_empty() {
            return index.min(self.text.len());
        }
        let Some(&near) = self.offsets.get(index / STRIDE) else { return self.text.len() };
        let rest = self.text.get(near..).unwrap_or_default();
        rest.char_indices().nth(index % STRIDE).map_or(self.text.len(), |(offset, _)| near + offset)
    }
}

#[cfg(test)]
mod tests {
    use super::Marks;

    #[test]
    fn characters_of_any_width_are_found() {
        let text = "aä€😀".repeat(100) + "z";
        let marks = Marks::new(&text);
        for (index, (offset, _)) in text.char_indices().enumerate() {
            assert_eq!(marks.byte(index), offset);
        }
        assert_eq!(marks.byte(401), text.len());
        assert_eq!(marks.byte(9999), text.len());
        assert_eq!(Marks::new("abc").byte(2), 2);
    }
}
