//! Response times in steps of about 9 %, and their quantiles: a value differs from the measured one by at most 4.5 %.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::packed::{Reader, Writer};

/// Steps in which a response time doubles.
const STEPS: f64 = 8.0;

/// The width of a response time, in bits.
pub(super) const WIDTH: u32 = 7;

/// The largest step: 2^(126/8) ms = 55 s. Longer times count as this one.
const MAX: u8 = 127;

/// A response time: the number of its step, counted from 1. 0 stands for none where it is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResponseTime(u8);

impl ResponseTime {
    /// Round a time in milliseconds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, as intended"
    )]
    pub fn of_ms(ms: f64) -> Self {
        let step = (ms.max(1.0).log2() * STEPS).round() as u8;
        Self(step.min(MAX - 1) + 1)
    }

    /// Return it in milliseconds.
    pub fn ms(self) -> f64 {
        (f64::from(self.0 - 1) / STEPS).exp2()
    }

    pub(super) fn put(time: Option<Self>, writer: &mut Writer) {
        writer.put(time.map_or(0, |time| time.0), WIDTH);
    }

    /// Read one; `Some(None)` where there was none.
    pub(super) fn take(reader: &mut Reader<'_>) -> Option<Option<Self>> {
        let step = u8::try_from(reader.take(WIDTH)?).ok()?;
        Some((step > 0).then_some(Self(step)))
    }
}

/// Response times in the order in which they were measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResponseTimes(pub Vec<ResponseTime>);

impl Serialize for ResponseTimes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut writer = Writer::default();
        self.0.iter().for_each(|time| ResponseTime::put(Some(*time), &mut writer));
        writer.finish().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ResponseTimes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut reader = Reader::new(&text);
        let times = std::iter::from_fn(|| ResponseTime::take(&mut reader)).flatten();
        Ok(Self(times.collect()))
    }
}

/// How often each response time was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram([u32; MAX as usize]);

impl Default for Histogram {
    fn default() -> Self {
        Self([0; MAX as usize])
    }
}

impl Histogram {
    /// The width of a count, in bits: a day has 1,440 minutes.
    const WIDTH: u32 = 11;
    /// The width of all counts, in bits.
    pub(super) const BITS: usize = MAX as usize * Self::WIDTH as usize;

    /// Count response times.
    pub fn add(&mut self, times: &[ResponseTime]) {
        for time in times {
            let count = &mut self.0[usize::from(time.0 - 1)];
            *count = count.saturating_add(1);
        }
    }

    /// Return the response time below which this percentage of all is, by the nearest rank.
    pub fn percentile(&self, percent: u32) -> Option<ResponseTime> {
        let total: u32 = self.0.iter().sum();
        let rank = (total * percent).div_ceil(100).max(1);
        let mut counted = 0;
        let steps = (1..=MAX).zip(&self.0);
        steps.filter(|(_, count)| **count > 0).find_map(|(step, count)| {
            counted += count;
            (counted >= rank).then_some(ResponseTime(step))
        })
    }

    /// Return the median.
    pub fn median(&self) -> Option<ResponseTime> {
        self.percentile(50)
    }

    pub(super) fn put(&self, writer: &mut Writer) {
        self.0.iter().for_each(|count| writer.put(*count, Self::WIDTH));
    }

    pub(super) fn take(reader: &mut Reader<'_>) -> Option<Self> {
        let mut histogram = Self::default();
        for count in &mut histogram.0 {
            *count = reader.take(Self::WIDTH)?;
        }
        Some(histogram)
    }
}

impl From<&[ResponseTime]> for Histogram {
    fn from(times: &[ResponseTime]) -> Self {
        let mut histogram = Self::default();
        histogram.add(times);
        histogram
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_within_5_percent() {
        let mut ms = 1.0;
        while ms < 55_000.0 {
            let error = (ResponseTime::of_ms(ms).ms() - ms).abs() / ms;
            assert!(error < 0.045, "{ms} ms: {error}");
            ms *= 1.003;
        }
        for (ms, expected) in [(0.0, 1.0), (-5.0, 1.0), (f64::NAN, 1.0), (1e9, 55_109.0)] {
            assert!((ResponseTime::of_ms(ms).ms() - expected).abs() < 1.0, "{ms}");
        }
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let times = |ms: &[f64]| ms.iter().map(|ms| ResponseTime::of_ms(*ms)).collect::<Vec<_>>();
        let of = |ms: &[f64]| Histogram::from(times(ms).as_slice());
        assert_eq!(of(&[]).median(), None);
        let one = of(&[40.0]);
        assert_eq!((one.median(), one.percentile(95)), (one.percentile(1), one.percentile(100)));
        let twenty: Vec<f64> = (0..20).map(|at| 2_f64.powi(at % 15)).collect();
        let mut sorted = times(&twenty);
        sorted.sort_unstable();
        assert_eq!(of(&twenty).median(), Some(sorted[9]));
        assert_eq!(of(&twenty).percentile(95), Some(sorted[18]));
    }
}
