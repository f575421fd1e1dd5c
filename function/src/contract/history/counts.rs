//! How many checks went how.

use super::packed::{Reader, Writer};

/// How one check counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The target was up.
    #[default]
    Up,
    /// It was up, but slow or beyond a limit; or it failed without being down yet.
    Degraded,
    /// It was down from some places and up from others.
    Partial,
    /// It was down.
    Down,
    /// It was in maintenance, whatever was seen.
    Maintenance,
    /// It could not be checked.
    Unknown,
}

impl Class {
    /// All of them, in the order in which they are packed.
    pub const ALL: [Self; 6] =
        [Self::Up, Self::Degraded, Self::Partial, Self::Down, Self::Maintenance, Self::Unknown];

    /// The width of a class, in bits.
    const WIDTH: u32 = 3;

    pub(in crate::contract) fn put(self, writer: &mut Writer) {
        writer.put(self as u8, Self::WIDTH);
    }

    pub(in crate::contract) fn take(reader: &mut Reader<'_>) -> Option<Self> {
        // One that only a later release knows says nothing to this one.
        let class = usize::try_from(reader.take(Self::WIDTH)?).ok()?;
        Some(Self::ALL.get(class).copied().unwrap_or(Self::Unknown))
    }
}

/// How many checks were in each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u32; Class::ALL.len()]);

impl Counts {
    /// Nothing counted.
    pub const EMPTY: Self = Self([0; Class::ALL.len()]);

    /// Return how many checks were in a class.
    pub fn of(&self, class: Class) -> u32 {
        self.0[class as usize]
    }

    /// Count checks.
    pub fn add(&mut self, class: Class, checks: u32) {
        let count = &mut self.0[class as usize];
        *count = count.saturating_add(checks);
    }

    /// Count the checks of others as well.
    pub fn add_all(&mut self, others: &Self) {
        Class::ALL.into_iter().for_each(|class| self.add(class, others.of(class)));
    }

    /// Move up to `checks` from one class to another. Return how many were moved.
    pub fn shift(&mut self, from: Class, to: Class, checks: u32) -> u32 {
        let moved = checks.min(self.of(from));
        self.0[from as usize] -= moved;
        self.add(to, moved);
        moved
    }

    /// Return whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    /// Return how many checks say whether the target was up: neither unknown nor in maintenance.
    pub fn known(&self) -> u32 {
        [Class::Up, Class::Degraded, Class::Partial, Class::Down]
            .into_iter()
            .fold(0, |sum, class| sum.saturating_add(self.of(class)))
    }

    /// Return the worst that was seen; nothing if nothing was counted.
    pub fn worst(&self) -> Option<Class> {
        use Class::{Degraded, Down, Maintenance, Partial, Unknown, Up};
        [Down, Partial, Degraded, Maintenance, Up, Unknown].into_iter().find(|class| self.of(*class) > 0)
    }

    /// The width of all counts with this width of each, in bits.
    pub(super) const fn bits(width: u32) -> usize {
        Class::ALL.len() * width as usize
    }

    pub(in crate::contract) fn put(&self, width: u32, writer: &mut Writer) {
        self.0.iter().for_each(|count| writer.put(*count, width));
    }

    pub(in crate::contract) fn take(width: u32, reader: &mut Reader<'_>) -> Option<Self> {
        let mut counts = Self::default();
        for count in &mut counts.0 {
            *count = reader.take(width)?;
        }
        Some(counts)
    }
}
